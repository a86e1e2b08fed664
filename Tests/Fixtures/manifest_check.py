# SPDX-License-Identifier: Apache-2.0
"""A stranger's verifier of manifests, written from FORMATS.md and manifest.proto alone.

    manifest_check.py PROTO_FOLDER PREVIOUS CANDIDATE...

Reads armoured signed manifests. Prints one line a candidate: its digest when a quorum of PREVIOUS signed it
and it builds on PREVIOUS, or "refused" and why.
"""
import base64
import hashlib
import importlib
import os
import re
import sys
import tempfile

import grpc_tools
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from grpc_tools import protoc

folder = tempfile.mkdtemp()
google = os.path.join(os.path.dirname(grpc_tools.__file__), "_proto")
if protoc.main(["", "-I" + sys.argv[1], "-I" + google, "--python_out=" + folder, "manifest.proto"]):
    sys.exit("protoc refuses manifest.proto")
sys.path.insert(0, folder)
pb = importlib.import_module("manifest_pb2")


def read(path):
    text = open(path, encoding="ascii").read()
    block = re.search(r"-----BEGIN CITYRELAY MANIFEST-----\n(.*?)-----END", text, re.S)
    raw = base64.b64decode(block.group(1).replace("\n", ""), validate=True)
    signed = pb.SignedManifest.FromString(raw)
    # One encoding: what was read is written again and must be the same.
    if signed.SerializeToString(deterministic=True) != raw:
        raise ValueError("not in its one encoding")
    return signed


def digest(manifest):
    head = pb.Manifest()
    head.CopyFrom(manifest)
    del head.members[:]
    data = head.SerializeToString(deterministic=True)
    for entry in manifest.members:
        data += b"\x7a\x20" + hashlib.sha256(entry.SerializeToString(deterministic=True)).digest()
    return hashlib.sha256(data).digest()


def voters(manifest):
    """Authority keys by member, of those that vote."""
    entries = {e.division + "/" + e.institution: e for e in manifest.members}

    def active(name):
        for _ in range(4):
            entry = entries.get(name)
            if entry is None or entry.status != 1:
                return False
            if not entry.parent:
                return True
            name = entry.parent
        return False

    names = list(manifest.council) or [n for n, e in entries.items() if not e.parent]
    return {
        name: [(k.type, k.value) for k in entries[name].authority_keys]
        for name in names if active(name)
    }


def judge(previous, candidate):
    old, new = previous.manifest, candidate.manifest
    if new.federation != old.federation or new.version != old.version + 1:
        raise ValueError("not the next version")
    if new.previous != digest(old):
        raise ValueError("built on another version")
    electorate = voters(old)
    needed = old.quorum_at_least or len(electorate)
    message = b"cityrelay.manifest.v1\n" + digest(new)
    signed = set()
    for signature in candidate.signatures:
        key = (signature.key.type, signature.key.value)
        owner = [name for name, keys in electorate.items() if key in keys]
        if not owner or key[0] != 1 or owner[0] in signed:
            raise ValueError("a signer without a vote, or one that signs twice")
        Ed25519PublicKey.from_public_bytes(key[1]).verify(signature.signature, message)
        signed.add(owner[0])
    if len(signed) < needed:
        raise ValueError("%d of %d signatures" % (len(signed), needed))
    return digest(new).hex()


before = read(sys.argv[2])
for path in sys.argv[3:]:
    try:
        print(judge(before, read(path)))
    except (InvalidSignature, Exception) as error:  # Whatever is wrong with bytes, the answer is no.
        print("refused", type(error).__name__, str(error).replace("\n", " "))
