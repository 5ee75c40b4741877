"""Writes the inputs of the check into a folder: rows as CSV with a schema, and a text encoder of
BERT-base size with random weights and the tokenizer of an existing model. Needs no packages.

    python3 make_inputs.py OUT FOLDER_WITH_VOCAB_TXT [ROWS]
"""

import array
import json
import os
import random
import shutil
import struct
import sys

out, tokenizer = sys.argv[1:3]
rows = int(sys.argv[3]) if len(sys.argv) > 3 else 400_000
draw = random.Random(1)
FIELDS = 24

os.makedirs(out, exist_ok=True)
words = ["north", "river", "night", "iron", "garden", "winter", "song", "glass", "city", "stone"]
titles = [" ".join(draw.choices(words, k=4)) + f" {i}" for i in range(20_000)]
with open(os.path.join(out, "rows.csv"), "w") as file:
    names = ["user", "item", "title"] + [f"f{i:02d}" for i in range(FIELDS)] + ["click"]
    file.write(",".join(names) + "\n")
    for _ in range(rows):
        user, item = draw.randrange(100_000), draw.randrange(20_000)
        values = [f"u{user}", f"i{item}", titles[item]]
        values += [f"v{draw.randrange(10 + 200 * i)}" for i in range(FIELDS)]
        values.append(str(int((user + item) % 3 == 0)))
        file.write(",".join(values) + "\n")

with open(os.path.join(out, "schema.toml"), "w") as file:
    file.write('[[table]]\nname = "rows"\nfile = "rows.csv"\n\n[label]\ncolumn = "rows.click"\n'
               'positive = "== 1"\n')
    for name in names[:-1]:
        use = "text" if name == "title" else "both"
        file.write(f'\n[[field]]\nname = "{name}"\ncolumn = "rows.{name}"\nuse = "{use}"\n')

# BERT-base: 12 layers, width 768, with the tokenizer's vocabulary.
model = os.path.join(out, "models", "bert-base-untrained")
os.makedirs(model, exist_ok=True)
for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
    if os.path.exists(os.path.join(tokenizer, name)):
        shutil.copy(os.path.join(tokenizer, name), model)
with open(os.path.join(tokenizer, "vocab.txt")) as file:
    vocabulary = len(file.read().split("\n")) - 1
H, LAYERS, INNER, PLACES = 768, 12, 3072, 512
with open(os.path.join(model, "config.json"), "w") as file:
    json.dump({"model_type": "bert", "architectures": ["BertModel"], "vocab_size": vocabulary,
               "hidden_size": H, "num_hidden_layers": LAYERS, "num_attention_heads": 12,
               "intermediate_size": INNER, "hidden_act": "gelu", "hidden_dropout_prob": 0.1,
               "attention_probs_dropout_prob": 0.1, "max_position_embeddings": PLACES,
               "type_vocab_size": 2, "layer_norm_eps": 1e-12, "pad_token_id": 0}, file, indent=1)
shapes = {"embeddings.word_embeddings.weight": [vocabulary, H],
          "embeddings.position_embeddings.weight": [PLACES, H],
          "embeddings.token_type_embeddings.weight": [2, H],
          "embeddings.LayerNorm.weight": [H], "embeddings.LayerNorm.bias": [H]}
for layer in range(LAYERS):
    at = f"encoder.layer.{layer}."
    for name, shape in {"attention.self.query": [H, H], "attention.self.key": [H, H],
                        "attention.self.value": [H, H], "attention.output.dense": [H, H],
                        "intermediate.dense": [INNER, H], "output.dense": [H, INNER]}.items():
        shapes[at + name + ".weight"] = shape
        shapes[at + name + ".bias"] = shape[:1]
    for name in ("attention.output.LayerNorm", "output.LayerNorm"):
        shapes[at + name + ".weight"] = [H]
        shapes[at + name + ".bias"] = [H]
header, offset = {}, 0
for name, shape in shapes.items():
    size = 4
    for extent in shape:
        size *= extent
    header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + size]}
    offset += size
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
noise = array.array("f", (draw.gauss(0, 0.02) for _ in range(1 << 16))).tobytes()
ones = array.array("f", [1.0] * H).tobytes()
with open(os.path.join(model, "model.safetensors"), "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text)
    for name, entry in header.items():
        left = entry["data_offsets"][1] - entry["data_offsets"][0]
        if name.endswith("LayerNorm.weight"):
            file.write(ones[:left])
        elif name.endswith("bias"):
            file.write(b"\0" * left)
        else:
            while left > 0:
                file.write(noise[:left])
                left -= min(left, len(noise))
