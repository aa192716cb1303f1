#!/usr/bin/env python3
"""A parent of `proxx bridge`: asks all prompts side by side, prints each answer as it streams.

Usage: bridge_parent.py [--mock] PROMPT...
"""
import json
import os
import subprocess
import sys

options = [word for word in sys.argv[1:] if word.startswith("-")]
prompts = [word for word in sys.argv[1:] if not word.startswith("-")]
bridge = subprocess.Popen(
    [os.environ.get("PROXX", "proxx"), "bridge", *options],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", bufsize=1)

for number, prompt in enumerate(prompts):
    body = {"stream": True, "messages": [{"role": "user", "content": prompt}]}
    bridge.stdin.write(json.dumps({"id": number, "body": body}) + "\n")
bridge.stdin.close()  # what is in flight still finishes

answers = [""] * len(prompts)
for text in bridge.stdout:
    line = json.loads(text)
    if "chunk" in line:
        for choice in line["chunk"]["choices"]:
            answers[line["id"]] += choice["delta"].get("content") or ""
    elif "error" in line:
        print(f"{line['id']}: error {line['status']}: {line['error']['message']}")
    elif line.get("done"):
        print(f"{line['id']}: {answers[line['id']]}")
sys.exit(bridge.wait())
