/// In a library of its own, which libtorch_folder_test leaves away.
int answerOfLinkedLibrary() {
    return 42;
}
