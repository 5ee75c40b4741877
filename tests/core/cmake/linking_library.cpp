int answerOfLinkedLibrary();

/// What makes this library need the other one.
int answerOfLinkingLibrary() {
    return answerOfLinkedLibrary();
}
