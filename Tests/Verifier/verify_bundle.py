#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies a cityrelay-bundle/1 file without any network and without any part of cityrelay.

    verify_bundle.py BUNDLE.json [--roots MANIFEST|DIGEST] [--json]

Written from FORMATS.md alone; needs Python 3.9 or later and the package `cryptography`. MANIFEST is
the file that the federation's members share, with one version or several; DIGEST is the digest of
one in hex, read over the telephone. Exit status: 0 the bundle holds, 1 it does not, 2 the command
line is wrong, 3 a file is unreadable, 5 it holds together, but no --roots were given.

With --batch, reads one path a line from standard input and answers `accept` or `reject` a line.
"""

import base64
import hashlib
import json
import re
import sys
import unicodedata
from datetime import datetime, timezone

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MAX_BYTES = 16 << 20
MAX_DEPTH = 16
U64 = (1 << 64) - 1


class Refused(Exception):
    """What is wrong with the bundle."""


def need(condition, what):
    if not condition:
        raise Refused(what)


def sha(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


# --- Text forms -------------------------------------------------------------------------------


class Number(str):
    """A JSON number by its digits."""


def read_json(data):
    need(len(data) <= MAX_BYTES, "the file is too large")

    def members(pairs):
        names = [name for name, _ in pairs]
        need(len(set(names)) == len(names), "a member is there twice")
        return dict(pairs)

    def constant(name):
        raise Refused(f"{name} is no JSON")

    try:
        text = data.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=members, parse_constant=constant, parse_int=Number,
            parse_float=Number)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Refused(f"not JSON: {error}") from None
    check_depth(value, 0)
    return value


def check_depth(value, depth):
    need(depth < MAX_DEPTH, "nested too deeply")
    if isinstance(value, str):
        need(not any(0xD800 <= ord(letter) < 0xE000 for letter in value), "half a letter")
    elif isinstance(value, list):
        for item in value:
            check_depth(item, depth + 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            check_depth(name, depth)
            check_depth(item, depth + 1)


def unhex(text, what):
    need(isinstance(text, str) and not isinstance(text, Number), what)
    need(re.fullmatch(r"([0-9a-f]{2})+", text) is not None, what)
    return bytes.fromhex(text)


def unbase64(text, what):
    need(isinstance(text, str) and not isinstance(text, Number) and text != "", what)
    need(re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", text) is not None, what)
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused(what) from None
    need(base64.b64encode(data).decode() == text and data != b"", what)
    return data


class Object:
    """A JSON object that must be empty at the end."""

    def __init__(self, value, path):
        need(isinstance(value, dict), path)
        self.value, self.path = dict(value), path

    def take(self, name):
        need(name in self.value, f"{self.path}.{name}")
        return self.value.pop(name)

    def has(self, name):
        return name in self.value

    def end(self):
        need(not self.value, f"{self.path} holds {sorted(self.value)[:1]}")

    def object(self, name):
        return Object(self.take(name), f"{self.path}.{name}")

    def list(self, name, limit):
        value = self.take(name)
        need(isinstance(value, list) and len(value) <= limit, f"{self.path}.{name}")
        return value

    def text(self, name, may_be_empty=False):
        value = self.take(name)
        need(isinstance(value, str) and not isinstance(value, Number)
             and (may_be_empty or value != ""), f"{self.path}.{name}")
        return value

    def base64(self, name):
        return unbase64(self.take(name), f"{self.path}.{name}")

    def hex(self, name, length=None):
        data = unhex(self.take(name), f"{self.path}.{name}")
        need(length is None or len(data) == length, f"{self.path}.{name}")
        return data

    def number(self, name):
        value = self.take(name)
        need(isinstance(value, Number) and re.fullmatch(r"(0|[1-9][0-9]*)", value) is not None,
             f"{self.path}.{name}")
        number = int(value)
        need(number < 1 << 32, f"{self.path}.{name}")
        return number

    def height(self, name):
        match = re.fullmatch(r"(0|[1-9][0-9]*)-(0|[1-9][0-9]*)", self.text(name), re.ASCII)
        need(match is not None, f"{self.path}.{name}")
        pair = (int(match[1]), int(match[2]))
        need(max(pair) <= U64, f"{self.path}.{name}")
        return pair


# --- Protobuf, canonical ----------------------------------------------------------------------
# A schema maps a field's number to (name, type, presence). Presence: "omit" a default is left out,
# "always" the field is always there, "maybe" it is there or not, "many" it is repeated. Types: u64,
# u32, i64, i32, bool, bytes, text, digest, or another schema. Anything but the one canonical form is
# refused: fields in order, no default written out, no unknown field, shortest varints.


def varint(data, at):
    value, shift = 0, 0
    while True:
        need(at < len(data) and shift < 64, "a message is cut off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            need(value <= U64 and not (byte == 0 and shift > 0), "a number is padded")
            return value, at
        shift += 7


def put_varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def signed(value, bits=64):
    need(bits == 64 or value < 1 << 31 or value >= (1 << 64) - (1 << 31), "a number is too large")
    return value - (1 << 64) if value >> 63 else value


def parse(schema, data, what="message"):
    result, at, last = {}, 0, 0
    for name, _, presence in schema.values():
        if presence == "many":
            result[name] = []
    while at < len(data):
        tag, at = varint(data, at)
        number, wire = tag >> 3, tag & 7
        need(number in schema, f"{what}: unknown field {number}")
        name, kind, presence = schema[number]
        need(number > last or (number == last and presence == "many"), f"{what}: order")
        last = number
        if kind in ("u64", "u32", "i64", "i32", "bool"):
            need(wire == 0, f"{what}.{name}: wire type")
            value, at = varint(data, at)
            need(value != 0 or presence != "omit", f"{what}.{name}: default")
            if kind == "u32":
                need(value < 1 << 32, f"{what}.{name}")
            elif kind == "bool":
                need(value == 1, f"{what}.{name}")
            elif kind in ("i64", "i32"):
                value = signed(value, 32 if kind == "i32" else 64)
        else:
            need(wire == 2, f"{what}.{name}: wire type")
            length, at = varint(data, at)
            need(length <= len(data) - at, f"{what}.{name}: cut off")
            value, at = data[at:at + length], at + length
            need(value != b"" or presence != "omit", f"{what}.{name}: default")
            if kind == "digest":
                need(len(value) == 32, f"{what}.{name}")
            elif kind == "text":
                try:
                    value = value.decode("utf-8")
                except UnicodeDecodeError:
                    raise Refused(f"{what}.{name}") from None
            elif isinstance(kind, dict):
                value = parse(kind, value, f"{what}.{name}")
        if presence == "many":
            result[name].append(value)
        else:
            result[name] = value
    for name, kind, presence in schema.values():
        if name in result:
            continue
        need(presence != "always", f"{what}.{name} is missing")
        result[name] = None
        if presence == "omit":
            result[name] = b"" if kind == "bytes" else "" if kind == "text" else 0
    return result


def field(number, value):
    """A length-delimited field."""
    return put_varint(number << 3 | 2) + put_varint(len(value)) + value


def omit(number, value):
    return field(number, value) if value else b""


def number(number_, value):
    return put_varint(number_ << 3) + put_varint(value & U64) if value else b""


TIME = {1: ("seconds", "i64", "omit"), 2: ("nanos", "i32", "omit")}
HEIGHT = {1: ("revision", "u64", "omit"), 2: ("height", "u64", "omit")}
PARTS = {1: ("total", "u32", "omit"), 2: ("hash", "bytes", "omit")}
BLOCK_ID = {1: ("hash", "bytes", "omit"), 2: ("parts", PARTS, "always")}
VERSION = {1: ("block", "u64", "omit"), 2: ("app", "u64", "omit")}
HEADER = {
    1: ("version", VERSION, "always"), 2: ("chain_id", "bytes", "omit"),
    3: ("height", "i64", "omit"), 4: ("time", TIME, "always"),
    5: ("last_block_id", BLOCK_ID, "always"), 6: ("last_commit_hash", "bytes", "omit"),
    7: ("data_hash", "bytes", "omit"), 8: ("validators_hash", "bytes", "omit"),
    9: ("next_validators_hash", "bytes", "omit"), 10: ("consensus_hash", "bytes", "omit"),
    11: ("app_hash", "bytes", "omit"), 12: ("last_results_hash", "bytes", "omit"),
    13: ("evidence_hash", "bytes", "omit"), 14: ("proposer_address", "bytes", "omit"),
}
SIGNATURE = {
    1: ("flag", "i32", "omit"), 2: ("address", "bytes", "omit"), 3: ("time", TIME, "always"),
    4: ("signature", "bytes", "omit"),
}
COMMIT = {
    1: ("height", "i64", "omit"), 2: ("round", "i32", "omit"), 3: ("block_id", BLOCK_ID, "always"),
    4: ("signatures", SIGNATURE, "many"),
}
SIGNED_HEADER = {1: ("header", HEADER, "maybe"), 2: ("commit", COMMIT, "maybe")}
PUBLIC_KEY = {1: ("ed25519", "bytes", "maybe"), 2: ("secp256k1", "bytes", "maybe")}
VALIDATOR = {
    1: ("address", "bytes", "omit"), 2: ("key", PUBLIC_KEY, "always"), 3: ("power", "i64", "omit"),
    4: ("priority", "i64", "omit"),
}
VALIDATORS = {
    1: ("validators", VALIDATOR, "many"), 2: ("proposer", VALIDATOR, "maybe"),
    3: ("total", "i64", "omit"),
}
UPDATE = {
    1: ("signed_header", SIGNED_HEADER, "maybe"), 2: ("validators", VALIDATORS, "maybe"),
    3: ("trusted_height", HEIGHT, "always"), 4: ("trusted_validators", VALIDATORS, "maybe"),
}
PREDICATE = {1: ("id", "text", "omit"), 2: ("at_least", "u64", "maybe")}
REQUEST = {
    1: ("requester", "text", "omit"), 2: ("application", "text", "omit"),
    3: ("department", "text", "omit"), 4: ("officer", "digest", "always"),
    5: ("provider", "text", "omit"), 6: ("kind", "text", "omit"),
    7: ("reference_commitment", "digest", "always"), 8: ("items", "text", "many"),
    9: ("predicates", PREDICATE, "many"), 10: ("purpose", "text", "omit"),
    11: ("service_item", "text", "omit"), 12: ("case_number", "text", "omit"),
    13: ("consent", "text", "omit"), 14: ("field_reason", "text", "omit"),
    15: ("max_age", "i64", "omit"), 16: ("made_at", "i64", "omit"), 17: ("nonce", "bytes", "omit"),
    18: ("subject", "digest", "always"), 19: ("answer_key", "bytes", "omit"),
    20: ("presentation", "text", "omit"),
}
STATE = {
    1: ("schema_id", "text", "omit"), 2: ("schema_version", "u32", "omit"),
    3: ("field_root", "digest", "always"), 4: ("status", "text", "omit"),
    5: ("status_as_of", "i64", "omit"), 6: ("revision", "u64", "omit"),
}
SIGNED_ENTRY = {1: ("entry", "bytes", "omit"), 2: ("signature", "bytes", "omit")}
ASKER = {
    1: ("member", "text", "omit"), 2: ("department", "text", "omit"),
    3: ("application", "text", "omit"), 4: ("officer", "bytes", "omit"),
}
ENTRY = {
    1: ("sequence", "u64", "omit"), 2: ("time", "i64", "omit"), 3: ("ticket", "bytes", "omit"),
    4: ("requester", ASKER, "always"), 5: ("provider", "text", "omit"),
    6: ("resource", "text", "omit"), 7: ("items", "text", "many"), 8: ("predicates", "text", "many"),
    9: ("subject", "bytes", "omit"), 10: ("record", "bytes", "omit"),
    11: ("purpose", "text", "omit"), 12: ("basis", "u32", "omit"),
    13: ("legal_reference", "text", "omit"), 14: ("grant", "text", "omit"),
    15: ("grant_digest", "bytes", "omit"), 16: ("service_item", "text", "omit"),
    17: ("case_number", "text", "omit"), 18: ("consent", "bytes", "omit"),
    19: ("mode", "u32", "omit"), 20: ("outcome", "u32", "omit"), 21: ("refusal", "text", "omit"),
    22: ("proof_digest", "bytes", "omit"), 23: ("source_height", HEIGHT, "maybe"),
    24: ("previous_head", "bytes", "omit"), 25: ("request_signature", "bytes", "omit"),
}
KEY = {1: ("type", "u32", "omit"), 2: ("bytes", "bytes", "omit")}
CHAIN = {
    1: ("family", "text", "omit"), 2: ("chain_id", "bytes", "omit"),
    3: ("numerator", "u64", "omit"), 4: ("denominator", "u64", "omit"),
    5: ("trusting", "i64", "omit"), 6: ("clock_drift", "i64", "omit"),
    7: ("unbonding", "i64", "omit"), 8: ("anchor_height", "u64", "omit"),
    9: ("anchor_hash", "bytes", "omit"), 10: ("block_interval", "i64", "omit"),
    11: ("prefix", "text", "many"),
}
ORGANISATION = {1: ("name", "text", "omit"), 2: ("code", "text", "omit")}
MEMBER = {
    1: ("division", "text", "omit"), 2: ("institution", "text", "omit"), 3: ("name", "text", "omit"),
    4: ("local_name", "text", "omit"), 5: ("owner", ORGANISATION, "always"),
    6: ("operator", ORGANISATION, "always"), 7: ("authority_keys", KEY, "many"),
    8: ("evidence_keys", KEY, "many"), 9: ("pins", "bytes", "many"), 10: ("endpoints", "text", "many"),
    11: ("chains", CHAIN, "many"), 12: ("status", "u32", "omit"), 13: ("reason", "text", "omit"),
    14: ("parent", "text", "omit"),
}
LEAF_OP = {
    1: ("hash", "i32", "omit"), 2: ("prehash_key", "i32", "omit"),
    3: ("prehash_value", "i32", "omit"), 4: ("length", "i32", "omit"), 5: ("prefix", "bytes", "omit"),
}
INNER_OP = {
    1: ("hash", "i32", "omit"), 2: ("prefix", "bytes", "omit"), 3: ("suffix", "bytes", "omit"),
}
EXISTENCE = {
    1: ("key", "bytes", "omit"), 2: ("value", "bytes", "omit"), 3: ("leaf", LEAF_OP, "maybe"),
    4: ("path", INNER_OP, "many"),
}
ABSENCE = {
    1: ("key", "bytes", "omit"), 2: ("left", EXISTENCE, "maybe"), 3: ("right", EXISTENCE, "maybe"),
}
COMMITMENT = {1: ("existence", EXISTENCE, "maybe"), 2: ("absence", ABSENCE, "maybe")}
PROOF = {1: ("proofs", COMMITMENT, "many")}


# --- The compact form -------------------------------------------------------------------------

MARK = b"CRB\x01"
SHOWN = {
    1: ("id", "text", "omit"), 2: ("is_predicate", "bool", "omit"), 3: ("at_least", "u64", "omit"),
    4: ("value", "bytes", "omit"), 5: ("salt", "bytes", "omit"), 6: ("leaf", "u32", "omit"),
    7: ("path", "digest", "many"),
}
DISCLOSED = {
    4: ("index", "bytes", "omit"), 5: ("leaf_count", "u32", "omit"), 6: ("leaves", SHOWN, "many"),
    7: ("state", "bytes", "omit"), 8: ("proof", "bytes", "omit"), 9: ("height", HEIGHT, "always"),
    10: ("update", {}, "always"), 11: ("lineage", {}, "always"),
}
COMPACT_CHAIN = {
    1: ("member", "text", "omit"), 2: ("chain", "text", "omit"), 3: ("anchor", "bytes", "omit"),
    4: ("headers", "bytes", "many"),
}
COMPACT_PART = {
    1: ("provider", "text", "omit"), 2: ("request", "bytes", "omit"),
    3: ("signature", "bytes", "omit"), 4: ("reference", "text", "omit"),
    5: ("reference_salt", "bytes", "omit"), 6: ("disclosed", DISCLOSED, "maybe"),
    7: ("refused", "text", "omit"), 8: ("unanswered", "text", "omit"),
    9: ("entry", "bytes", "omit"), 10: ("log_index", "u64", "omit"),
    11: ("log_path", "bytes", "omit"), 12: ("checkpoint", "bytes", "omit"),
}
COMPACT = {
    1: ("manifest", "bytes", "omit"), 2: ("statement", "bytes", "omit"),
    3: ("members", "bytes", "many"), 4: ("chains", COMPACT_CHAIN, "many"),
    5: ("parts", COMPACT_PART, "many"),
}


def unpack(data):
    """New bytes and copies of earlier ones, in turn."""
    result, at = bytearray(), 0
    while True:
        count_, at = varint(data, at)
        need(count_ <= min(len(data) - at, MAX_BYTES - len(result)), "cut off")
        result += data[at:at + count_]
        length, at = varint(data, at + count_)
        if length == 0:
            break
        distance, at = varint(data, at)
        need(1 <= distance <= len(result) and length <= MAX_BYTES - len(result), "a bad copy")
        start = len(result) - distance
        for offset in range(length):
            result.append(result[start + offset])
    need(at == len(data), "bytes behind the end")
    return bytes(result)


def text64(data):
    return base64.b64encode(data).decode()


def read_compact(data):
    """The value that the text form would have."""
    bundle = parse(COMPACT, unpack(data[len(MARK):]), "compact")
    head = {"digest": bundle["manifest"].hex()}
    if bundle["statement"]:
        head["statement"] = text64(bundle["statement"])
    chains = [{"member": chain["member"], "chain": chain["chain"], "anchor": text64(chain["anchor"]),
               "headers": [text64(header) for header in chain["headers"]]}
              for chain in bundle["chains"]]
    return {"format": "cityrelay-bundle/1", "manifest": head,
            "members": [text64(member) for member in bundle["members"]], "chains": chains,
            "parts": [compact_part(part) for part in bundle["parts"]]}


def compact_part(part):
    value = {"provider": part["provider"], "request": text64(part["request"]),
             "signature": part["signature"].hex()}
    if part["reference"]:
        value["reference"] = part["reference"]
    if part["reference_salt"]:
        value["referenceSalt"] = part["reference_salt"].hex()
    if part["disclosed"] is not None:
        value["answer"], value["disclosure"] = "disclosed", compact_disclosure(part["disclosed"])
        need(not part["refused"] and not part["unanswered"], "two answers")
    elif part["refused"]:
        value["answer"], value["code"] = "refused", part["refused"]
        need(not part["unanswered"], "two answers")
    else:
        value["answer"], value["code"] = "unanswered", part["unanswered"]
    if part["entry"]:
        value["entry"] = text64(part["entry"])
    need(part["checkpoint"] or not (part["log_index"] or part["log_path"]), "a log's path alone")
    if part["checkpoint"]:
        path = part["log_path"]
        need(len(path) % 32 == 0, "the log's path")
        lines = ["c2sp.org/tlog-proof@v1", f"index {part['log_index']}"]
        lines += [text64(path[start:start + 32]) for start in range(0, len(path), 32)]
        value["logProof"] = "\n".join(lines) + "\n\n" + part["checkpoint"].decode()
    return value


def compact_disclosure(shown):
    leaves = []
    for leaf in shown["leaves"]:
        kind = "field" if not leaf["is_predicate"] else "atLeast" if leaf["at_least"] else "flag"
        value = {"id": leaf["id"], "kind": kind, "salt": leaf["salt"].hex(),
                 "leaf": Number(leaf["leaf"]), "path": [hash_.hex() for hash_ in leaf["path"]]}
        if kind == "atLeast":
            value["atLeast"], value["witness"] = Number(leaf["at_least"]), leaf["value"].hex()
        else:
            value["value"] = leaf["value"].decode()
        leaves.append(value)
    height = shown["height"]
    value = {"index": shown["index"].hex(), "leafCount": Number(shown["leaf_count"]),
             "leaves": leaves, "height": f"{height['revision']}-{height['height']}",
             "proof": text64(shown["proof"])}
    if shown["state"]:
        value["state"] = text64(shown["state"])
    return value


# --- Hash trees and signatures ----------------------------------------------------------------


def leaf_hash(data):
    return sha(b"\0", data)


def root_of(leaves):
    level = [leaf_hash(leaf) for leaf in leaves] or [sha()]
    while len(level) > 1:
        pairs = [sha(b"\1", level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2:]
    return level[0]


def inclusion_root(leaf, index, size, path):
    """RFC 9162 section 2.1.3.2."""
    need(index < size, "the index is not below the size")
    position, last, rest = index, size - 1, list(path)
    while last > 0:
        if position & 1 or position < last:
            need(rest, "the log's proof is too short")
            sibling = rest.pop(0)
            leaf = sha(b"\1", sibling, leaf) if position & 1 else sha(b"\1", leaf, sibling)
        position, last = position >> 1, last >> 1
    need(not rest, "the log's proof is too long")
    return leaf


def ed25519_holds(key, message, signature):
    """As ZIP-215 says, which is what CometBFT counts votes by. What OpenSSL takes, ZIP-215 takes."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return zip215_holds(key, message, signature)


P25519 = (1 << 255) - 19
L25519 = (1 << 252) + 27742317777372353535851937790883648493
D25519 = -121665 * pow(121666, -1, P25519) % P25519
IDENTITY = (0, 1, 1, 0)


def curve_point(data):
    """Extended coordinates; encodings of y that are not reduced count too. None: not on the curve."""
    number_ = int.from_bytes(data, "little")
    odd, y = number_ >> 255, (number_ & ((1 << 255) - 1)) % P25519
    top, below = (y * y - 1) % P25519, (D25519 * y * y + 1) % P25519
    x = top * pow(below, 3, P25519) * pow(
        top * pow(below, 7, P25519), (P25519 - 5) // 8, P25519) % P25519
    if below * x * x % P25519 != top:
        x = x * pow(2, (P25519 - 1) // 4, P25519) % P25519
    if below * x * x % P25519 != top:
        return None
    x = P25519 - x if x & 1 != odd and x else x
    return x, y, 1, x * y % P25519


def added(one, other):
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a, b = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2)
    c, d = 2 * t1 * t2 * D25519, 2 * z1 * z2
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P25519, g * h % P25519, f * g % P25519, e * h % P25519


def times(count_, point):
    result = IDENTITY
    for bit in bin(count_)[2:]:
        result = added(result, result)
        if bit == "1":
            result = added(result, point)
    return result


def zip215_holds(key, message, signature):
    if len(key) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    public, r = curve_point(key), curve_point(signature[:32])
    if s >= L25519 or public is None or r is None:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L25519
    base = curve_point((4 * pow(5, -1, P25519) % P25519).to_bytes(32, "little"))
    x, y, z, t = added(r, times(k, public))
    rest = times(8, added(times(s, base), (-x % P25519, y, z, -t % P25519)))
    return rest[0] == 0 and rest[1] == rest[2]


SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def secp256k1_holds(key, message, signature):
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if s > SECP256K1_ORDER // 2:
        return False
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), key)
        public.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
        return True
    except (InvalidSignature, ValueError):
        return False


def signed_by(keys, label, payload, signature):
    message = label.encode() + b"\0" + payload
    return any(ed25519_holds(key, message, signature) for key in keys)


# --- CometBFT headers -------------------------------------------------------------------------


def nanoseconds(time):
    need(-62135596800 <= time["seconds"] <= 253402300799 and 0 <= time["nanos"] <= 999999999,
         "a time out of range")
    return time["seconds"] * 10**9 + time["nanos"]


def put_time(time):
    return number(1, time["seconds"]) + number(2, time["nanos"])


def put_block_id(block):
    parts = number(1, block["parts"]["total"]) + omit(2, block["parts"]["hash"])
    return omit(1, block["hash"]) + field(2, parts)


def header_hash(header):
    need(header["validators_hash"] != b"", "a header names no validators")
    version = number(1, header["version"]["block"]) + number(2, header["version"]["app"])
    names = ["last_commit_hash", "data_hash", "validators_hash", "next_validators_hash",
             "consensus_hash", "app_hash", "last_results_hash", "evidence_hash",
             "proposer_address"]
    return root_of([
        version, omit(1, header["chain_id"]), number(1, header["height"]), put_time(header["time"]),
        put_block_id(header["last_block_id"]),
    ] + [omit(1, header[name]) for name in names])


def check_hash(value):
    need(len(value) in (0, 32), "a hash of another length")


def check_block_id(block):
    check_hash(block["hash"])
    check_hash(block["parts"]["hash"])


def check_header(header):
    need(header["version"]["block"] == 11, "the block protocol is not 11")
    need(len(header["chain_id"]) <= 50 and header["height"] > 0, "a header's chain or height")
    check_block_id(header["last_block_id"])
    for name in ("last_commit_hash", "data_hash", "evidence_hash", "validators_hash",
                 "next_validators_hash", "consensus_hash", "last_results_hash"):
        check_hash(header[name])
    need(len(header["proposer_address"]) == 20, "a proposer's address")
    nanoseconds(header["time"])


def revision(chain_id):
    if b"\n" in chain_id:
        return 0
    match = re.fullmatch(rb"(?s)(.*[^-])-([1-9][0-9]*)", chain_id)
    if match is None:
        return 0
    need(int(match[2]) <= U64, "a revision is too large")
    return int(match[2])


ABSENT, FOR_BLOCK, FOR_NIL = 1, 2, 3
GO_ZERO = {"seconds": -62135596800, "nanos": 0}


def check_commit(commit):
    check_block_id(commit["block_id"])
    for entry in commit["signatures"]:
        flag = entry["flag"] & 0xFF
        nanoseconds(entry["time"])
        need(flag in (ABSENT, FOR_BLOCK, FOR_NIL), "a vote's flag")
        if flag == ABSENT:
            need(entry["address"] == b"" and entry["signature"] == b""
                 and entry["time"] == GO_ZERO, "an absent vote that is not empty")
        else:
            need(len(entry["address"]) == 20, "a vote's address")
            need(1 <= len(entry["signature"]) <= 64, "a vote's signature")
    need(commit["height"] >= 1 and commit["round"] >= 0, "a commit's height or round")
    block = commit["block_id"]
    need(block["hash"] or block["parts"]["total"] or block["parts"]["hash"], "a commit for nothing")
    need(commit["signatures"], "a commit without votes")


def key_of(validator):
    key = validator["key"]
    need((key["ed25519"] is None) != (key["secp256k1"] is None), "a validator's key")
    need(validator["power"] >= 0, "a negative power")
    if key["ed25519"] is not None:
        need(len(key["ed25519"]) == 32, "a key's length")
        address = sha(key["ed25519"])[:20]
        found = ("ed25519", key["ed25519"])
    else:
        need(len(key["secp256k1"]) == 33, "a key's length")
        digest = hashlib.new("ripemd160")
        digest.update(sha(key["secp256k1"]))
        address, found = digest.digest(), ("secp256k1", key["secp256k1"])
    need(validator["address"] == address, "an address that does not follow from its key")
    return found


def check_set(validators):
    """Members as (key, address, power), and the set's hash."""
    need(validators is not None and validators["validators"], "a set without validators")
    members, leaves, total = [], [], 0
    for validator in validators["validators"]:
        kind, key = key_of(validator)
        total += validator["power"]
        need(total < 1 << 60, "too much power")
        members.append(((kind, key), validator["address"], validator["power"]))
        message = field(1 if kind == "ed25519" else 2, key)
        leaves.append(field(1, message) + number(2, validator["power"]))
    proposer = validators["proposer"]
    need(proposer is not None, "no proposer")
    if proposer not in validators["validators"]:
        key_of(proposer)
        need(any(member[1] == proposer["address"] for member in members),
             "the proposer is no member")
    return members, total, root_of(leaves)


def vote(commit, entry, chain_id):
    block = commit["block_id"] if entry["flag"] & 0xFF == FOR_BLOCK else None
    body = number(1, 2) + put_fixed(2, commit["height"]) + put_fixed(3, commit["round"])
    if block is not None:
        body += field(4, put_block_id(block))
    body += field(5, put_time(entry["time"])) + omit(6, chain_id)
    return put_varint(len(body)) + body


def put_fixed(number_, value):
    return put_varint(number_ << 3 | 1) + value.to_bytes(8, "little", signed=True) if value else b""


def count(commit, chain_id, members, total, limit, by_address):
    """Votes in their order until more than `limit` is reached; those that were counted must hold."""
    power, counted, seen = 0, [], set()
    first = {}
    for place, (_, address, _) in enumerate(members):
        first.setdefault(address, place)
    if not by_address:
        need(len(commit["signatures"]) == len(members), "votes and validators differ in number")
    for index, entry in enumerate(commit["signatures"]):
        if entry["flag"] & 0xFF != FOR_BLOCK:
            continue
        if by_address:
            if entry["address"] not in first:
                continue
            place = first[entry["address"]]
            need(place not in seen, "a validator votes twice")
            seen.add(place)
        else:
            place = index
            need(entry["address"] == members[place][1], "a vote at another's place")
        need(len(entry["signature"]) == 64, "a vote's signature")
        counted.append((members[place][0], entry))
        power += members[place][2]
        if power > limit:
            break
    need(power > limit, f"{power} of {total} votes, more than {limit} are needed")
    for (kind, key), entry in counted:
        holds = ed25519_holds if kind == "ed25519" else secp256k1_holds
        need(holds(key, vote(commit, entry, chain_id), entry["signature"]), "a vote's signature")


def anchor_header(data, chain):
    header = parse(HEADER, data, "anchor")
    check_header(header)
    need(header_hash(header) == chain["anchor_hash"], "the anchor's hash is another")
    need(header["chain_id"] == chain["chain_id"], "the anchor is of another chain")
    need(header["height"] == chain["anchor_height"], "the anchor's height is another")
    return header


def next_header(data, chain, known):
    update = parse(UPDATE, data, "header")
    signed_header = update["signed_header"]
    need(signed_header is not None and signed_header["header"] is not None
         and signed_header["commit"] is not None, "a header without its parts")
    header, commit = signed_header["header"], signed_header["commit"]
    trusted_height = (update["trusted_height"]["revision"], update["trusted_height"]["height"])
    check_header(header)
    height = (revision(header["chain_id"]), header["height"])
    need(trusted_height < height, "a header that is not above its base")
    check_commit(commit)
    need(commit["height"] == header["height"], "a commit of another height")
    need(commit["block_id"]["hash"] == header_hash(header), "a commit of another block")
    members, total, set_hash = check_set(update["validators"])
    need(header["validators_hash"] == set_hash, "a header of other validators")
    need(trusted_height in known, "a header on an unknown base")
    base = known[trusted_height]
    # In the moment that the header names: not yet expired, not from the future.
    now = nanoseconds(header["time"])
    need(nanoseconds(base["time"]) + chain["trusting"] > now + 1, "the base is too old")
    need(chain["denominator"] != 0 and chain["numerator"] <= chain["denominator"]
         and chain["numerator"] * 3 >= chain["denominator"], "the trust threshold")
    need(height[0] == trusted_height[0], "another revision")
    need(now > nanoseconds(base["time"]), "time does not go on")
    need(header["chain_id"] == chain["chain_id"], "a header of another chain")
    trusted, trusted_total, trusted_hash = check_set(update["trusted_validators"])
    need(trusted_hash == base["next_validators_hash"], "the trusted validators are others")
    if height[1] == trusted_height[1] + 1:
        need(header["validators_hash"] == base["next_validators_hash"], "others were announced")
    else:
        limit = trusted_total * chain["numerator"] // chain["denominator"]
        count(commit, chain["chain_id"], trusted, trusted_total, limit, True)
    count(commit, chain["chain_id"], members, total, total * 2 // 3, False)
    return height, header


# --- ICS-23 proofs ----------------------------------------------------------------------------


def iavl_number(data, at):
    value, at = varint(data, at)
    need(value & 1 == 0, "a negative number in a node")
    return value >> 1, at


def iavl_head(prefix):
    height, at = iavl_number(prefix, 0)
    size, at = iavl_number(prefix, at)
    _, at = iavl_number(prefix, at)
    return height, size, at


def existence_root(proof, iavl):
    leaf = proof["leaf"]
    need(leaf is not None and proof["key"] and proof["value"], "a proof without its leaf")
    need((leaf["hash"], leaf["prehash_key"], leaf["prehash_value"], leaf["length"]) == (1, 0, 1, 1),
         "another kind of leaf")
    need(leaf["prefix"][:1] == b"\0" and len(proof["path"]) <= 128, "a leaf's prefix")
    if iavl:
        height, size, end = iavl_head(leaf["prefix"])
        need((height, size, end) == (0, 1, len(leaf["prefix"])), "a leaf's prefix")
    else:
        need(leaf["prefix"] == b"\0", "a leaf's prefix")
    node = sha(leaf["prefix"], put_varint(len(proof["key"])), proof["key"], b"\x20",
               sha(proof["value"]))
    for index, step in enumerate(proof["path"]):
        prefix, suffix = step["prefix"], step["suffix"]
        need(step["hash"] == 1 and prefix[:1] != b"\0", "another kind of node")
        if iavl:
            need(4 <= len(prefix) <= 45, "a node's prefix")
            height, _, end = iavl_head(prefix)
            need(height >= index + 1 and prefix[end:end + 1] == b"\x20", "a node's prefix")
            rest = len(prefix) - end
            need((rest == 1 and len(suffix) == 33 and suffix[:1] == b"\x20")
                 or (rest == 34 and suffix == b"" and prefix[-1:] == b"\x20"), "a node's children")
        else:
            need(prefix[:1] == b"\1" and ((len(prefix) == 1 and len(suffix) == 32)
                                          or (len(prefix) == 33 and suffix == b"")),
                 "a node's children")
        node = sha(prefix, node, suffix)
    return node


def is_left(step):
    """Whether the step's child stands on the left."""
    return 4 <= len(step["prefix"]) <= 12 and len(step["suffix"]) == 33


def is_right(step):
    return 37 <= len(step["prefix"]) <= 45 and step["suffix"] == b""


def absence_root(proof, key):
    left, right = proof["left"], proof["right"]
    need(left is not None or right is not None, "an absence without neighbours")
    need(left is None or left["key"] < key, "the key is not between its neighbours")
    need(right is None or key < right["key"], "the key is not between its neighbours")
    roots = {existence_root(side, True) for side in (left, right) if side is not None}
    need(len(roots) == 1, "the neighbours are of two trees")
    if left is None:
        need(all(is_left(step) for step in right["path"]), "leaves on the left")
    elif right is None:
        need(all(is_right(step) for step in left["path"]), "leaves on the right")
    else:
        check_neighbours(list(left["path"]), list(right["path"]))
    return roots.pop()


def check_neighbours(left, right):
    while left and right:
        one, other = left.pop(), right.pop()
        if (one["prefix"], one["suffix"]) == (other["prefix"], other["suffix"]):
            continue
        need(is_left(one) and is_right(other), "leaves between the neighbours")
        need(all(is_right(step) for step in left), "leaves between the neighbours")
        need(all(is_left(step) for step in right), "leaves between the neighbours")
        return
    raise Refused("the neighbours do not part")


def check_proof(data, app_hash, key, value):
    """Value b"": absent."""
    proofs = parse(PROOF, data, "proof")["proofs"]
    need(len(proofs) == 2 and app_hash != b"", "not two proofs")
    lower, upper = proofs
    need((lower["existence"] is None) == (not value), "presence for absence")
    need((lower["absence"] is None) == bool(value), "absence for presence")
    if value:
        proof = lower["existence"]
        need(proof["key"] == key and proof["value"] == value, "a proof of something else")
        store = existence_root(proof, True)
    else:
        store = absence_root(lower["absence"], key)
    need(upper["existence"] is not None and upper["absence"] is None, "no proof of the store")
    need(upper["existence"]["key"] == b"records" and upper["existence"]["value"] == store,
         "a proof of another store")
    need(existence_root(upper["existence"], False) == app_hash, "the proof leads to another state")


# --- Records ----------------------------------------------------------------------------------


def check_identifier(text):
    need(re.fullmatch(r"[0-9A-Za-z._-]{1,64}", text, re.ASCII) is not None, "an identifier")


def check_leaf(leaf, state, leaf_count):
    name, value = leaf["id"], leaf["value"]
    check_identifier(name)
    if leaf["kind"] != "field":
        name = "predicate/" + name
    if leaf["kind"] == "flag":
        need(value in (b"1", b"2"), "a flag")
    elif leaf["kind"] == "atLeast":
        need(1 <= leaf["at_least"] <= 600 and len(value) == 32, "a threshold")
        for _ in range(leaf["at_least"]):
            value = sha(b"\2", value)
    need(len(value) <= 4096, "a value is too long")
    schema = state["schema_id"].encode()
    node = sha(b"\0frr/field/1", bytes([len(schema)]), schema, bytes([len(name)]), name.encode(),
               leaf["salt"], len(value).to_bytes(4, "big"), value)
    need(leaf_count in (8, 16, 32, 64, 128, 256) and leaf["leaf"] < leaf_count, "a leaf's place")
    need(1 << len(leaf["path"]) == leaf_count, "a path's length")
    index = leaf["leaf"]
    for sibling in leaf["path"]:
        node = sha(b"\1", sibling, node) if index & 1 else sha(b"\1", node, sibling)
        index >>= 1
    need(node == state["field_root"], f"{leaf['id']} does not belong to the record")
    return name


def read_disclosure(value):
    result = {"index": value.hex("index", 32), "leaf_count": value.number("leafCount"), "leaves": []}
    for item in value.list("leaves", 32):
        leaf = Object(item, "leaves")
        shown = {"id": leaf.text("id"), "kind": leaf.text("kind"), "at_least": 0}
        need(shown["kind"] in ("field", "flag", "atLeast"), "leaves.kind")
        if shown["kind"] == "atLeast":
            shown["at_least"] = leaf.number("atLeast")
            need(shown["at_least"] > 0, "leaves.atLeast")
            shown["value"] = leaf.hex("witness")
        else:
            shown["value"] = leaf.text("value", may_be_empty=True).encode()
        shown["salt"], shown["leaf"] = leaf.hex("salt"), leaf.number("leaf")
        shown["path"] = [unhex(hash_, "leaves.path") for hash_ in leaf.list("path", 16)]
        need(all(len(hash_) == 32 for hash_ in shown["path"]), "leaves.path")
        leaf.end()
        result["leaves"].append(shown)
    result["state"] = value.base64("state") if value.has("state") else b""
    result["height"], result["proof"] = value.height("height"), value.base64("proof")
    value.end()
    need(result["state"] or (result["leaf_count"] == 0 and not result["leaves"]), "leaves of nothing")
    return result


def disclosure_digest(disclosure):
    data = field(4, disclosure["index"]) + number(5, disclosure["leaf_count"])
    for leaf in disclosure["leaves"]:
        shown = omit(1, leaf["id"].encode()) + number(2, int(leaf["kind"] != "field"))
        shown += number(3, leaf["at_least"]) + omit(4, leaf["value"]) + omit(5, leaf["salt"])
        shown += number(6, leaf["leaf"]) + b"".join(field(7, hash_) for hash_ in leaf["path"])
        data += field(6, shown)
    height = number(1, disclosure["height"][0]) + number(2, disclosure["height"][1])
    data += omit(7, disclosure["state"]) + omit(8, disclosure["proof"]) + field(9, height)
    return sha(data + field(10, b"") + field(11, b""))


# --- The access log ---------------------------------------------------------------------------


def check_note(note, origin, keys):
    """The size and root of a signed checkpoint."""
    need(len(note) <= 1000000 and not any(byte < 0x20 and byte != 0x0A for byte in note),
         "a checkpoint's letters")
    gap = note.rfind(b"\n\n", 1)
    need(gap > 0 and note.endswith(b"\n"), "a checkpoint without text")
    text, lines = note[:gap + 1], note[gap + 2:].decode().split("\n")[:-1]
    need(1 <= len(lines) <= 100, "a checkpoint's signatures")
    blobs = []
    for line in lines:
        parts = line.split(" ")
        need(len(parts) == 3 and parts[0] == "\u2014" and parts[1] != ""
             and not re.search(r"[\s+\x85\x1c-\x1f]", parts[1]), "a signature line")
        blob = unbase64(parts[2], "a signature line")
        need(len(blob) > 4, "a signature line")
        blobs.append((parts[1], blob))
    body = text.decode().split("\n")
    need(len(body) >= 4 and all(body[:-1]), "a checkpoint's lines")
    need(body[0] == origin, "the checkpoint of another log")
    need(re.fullmatch(r"(0|[1-9][0-9]*)", body[1], re.ASCII) is not None
         and int(body[1]) < 1 << 63, "a checkpoint's size")
    root = unbase64(body[2], "a checkpoint's root")
    need(len(root) == 32, "a checkpoint's root")
    for key in keys:
        key_id = sha(origin.encode(), b"\n\1", key)[:4]
        mine = [blob for name, blob in blobs if name == origin and blob[:4] == key_id]
        if mine and all(ed25519_holds(key, text, blob[4:]) for blob in mine):
            return int(body[1]), root
    raise Refused("the source did not sign the checkpoint")


def check_log(text, leaf, sequence, origin, keys):
    data = text.encode()
    head, gap, note = data.partition(b"\n\n")
    lines = head.decode().split("\n")
    need(gap and len(data) <= 1000000 and lines[0] == "c2sp.org/tlog-proof@v1" and len(lines) >= 2,
         "the log's proof")
    need(lines[1] == f"index {sequence}" and sequence < 1 << 63, "the entry's place in the log")
    path = [unbase64(line, "the log's proof") for line in lines[2:]]
    need(len(path) <= 64 and all(len(hash_) == 32 for hash_ in path), "the log's proof")
    size, root = check_note(note, origin, keys)
    need(inclusion_root(leaf, sequence, size, path) == root, "the log does not hold the entry")


# --- The bundle -------------------------------------------------------------------------------


class Version:
    """One version of the manifest: its entries by member, and what its head says."""

    def __init__(self, signed_manifest):
        manifest = fields_of(signed_manifest)[0][1]
        self.entries, preimage = {}, b""
        for number_, value, raw in fields_of(manifest, raw=True):
            if number_ == 15:
                self.entries[member_id(parse(MEMBER, value))] = value
                preimage += field(15, sha(value))
            else:
                preimage += raw
        self.digest = sha(preimage)
        self.federation, self.number, self.previous = head_of(manifest)


def head_of(data):
    """Federation, version and the digest of the version before, of a manifest or a statement."""
    found = {number_: value for number_, value in fields_of(data)}
    return found.get(2, b""), found.get(3, 0), found.get(4, b"")


class Roots:
    """What is believed: a digest alone, or a manifest with those before it that it leads back to."""

    def __init__(self, digest, versions=()):
        self.digest, self.newest, self.versions = digest, None, {}
        if versions:
            self.newest = version = max(versions, key=lambda item: item.number)
            self.digest = version.digest
            known = {item.digest: item for item in versions}
            while version is not None:
                self.versions[version.digest] = version
                before = known.get(version.previous)
                version = before if before and before.number < version.number else None


def read_roots(text):
    if re.fullmatch(r"[0-9a-fA-F]{64}", text):
        return Roots(bytes.fromhex(text))
    with open(text, "rb") as file:
        lines = [line.strip() for line in file.read().decode().splitlines()]
    versions, block = [], None
    for line in lines:
        if line == "-----BEGIN CITYRELAY MANIFEST-----":
            block = []
        elif line == "-----END CITYRELAY MANIFEST-----" and block is not None:
            versions.append(Version(base64.b64decode("".join(block))))
            block = None
        elif block is not None:
            block.append(line)
    if not versions:
        raise OSError(f"{text} holds no manifest")
    return Roots(None, versions)


def fields_of(data, raw=False):
    """All fields of a message whose schema plays no part."""
    result, at = [], 0
    while at < len(data):
        start = at
        tag, at = varint(data, at)
        need(1 <= tag >> 3 < 1 << 29, "a manifest's field")
        if tag & 7 == 0:
            value, at = varint(data, at)
        else:
            need(tag & 7 == 2, "a manifest's field")
            length, at = varint(data, at)
            need(length <= len(data) - at, "a manifest's field")
            value, at = data[at:at + length], at + length
        result.append((tag >> 3, value, data[start:at]) if raw else (tag >> 3, value))
    return result


def member_id(entry):
    return f"{entry['division']}/{entry['institution']}"


def read_members(bundle, digest, statement, roots):
    """The entries by member, and what vouches for them."""
    shown = None
    if statement:
        need(sha(statement) == digest, "the statement does not have the manifest's digest")
        shown = [value for number_, value in fields_of(statement) if number_ == 15]
        need(all(isinstance(value, bytes) and len(value) == 32 for value in shown),
             "the statement's entries")
    version = roots.versions.get(digest) if roots is not None else None
    if roots is not None and version is None and roots.digest != digest:
        need(roots.newest is not None and shown is not None, "it was made under another manifest")
    members, named = {}, {}
    for item in bundle.list("members", 32):
        data = unbase64(item, "members")
        entry = parse(MEMBER, data, "members")
        name = member_id(entry)
        need(name not in members, "a member is there twice")
        if version is not None:
            need(version.entries.get(name) == data,
                 f"the entry of {name} does not stand in the manifest")
        else:
            need(shown is not None and sha(data) in shown,
                 f"the entry of {name} does not stand in the manifest")
        members[name], named[name] = entry, data
    if version is not None:
        members = {name: parse(MEMBER, data) for name, data in version.entries.items()}
        return members, f"the members' entries are those of version {version.number}, which you gave"
    if roots is None or roots.digest == digest:
        return members, f"the members' entries stand in manifest {digest.hex()}"
    federation, number_, _ = head_of(statement)
    need(federation == roots.newest.federation and number_ < roots.newest.number
         and all(roots.newest.entries.get(name) == data for name, data in named.items()),
         f"it was made under version {number_}: give a file with the versions from there on")
    return members, f"the entries that are named, of version {number_}, stand in yours unchanged"


def active(members, name):
    need(name in members, f"no entry of member {name} is there")
    need(members[name]["status"] == 1, f"{name} was not active under this manifest")
    return members[name]


def evidence_keys(entry):
    return [key["bytes"] for key in entry["evidence_keys"]
            if key["type"] == 1 and len(key["bytes"]) == 32]


def follow(chain, members, checked):
    entry = active(members, chain["member"])
    name = chain["chain"].encode()
    known = next((item for item in entry["chains"] if item["chain_id"] == name), None)
    need(known is not None and known["anchor_hash"] and known["family"] == "cometbft",
         f"no anchor of chain {chain['chain']}")
    header = anchor_header(chain["anchor"], known)
    headers = {(revision(name), header["height"]): header}
    for data in chain["headers"]:
        height, header = next_header(data, known, headers)
        need(height not in headers, "a height that is there twice")
        headers[height] = header
    checked.append(f"{chain['chain']}: {len(chain['headers'])} signed header(s) lead from the "
                   f"manifest's anchor at height {known['anchor_height']} on")
    return headers


def judge(part, members, chains, checked):
    """One part's word, and its lines."""
    provider = part.text("provider")
    request_bytes, signature = part.base64("request"), part.hex("signature")
    reference = part.text("reference") if part.has("reference") else ""
    salt = part.hex("referenceSalt") if part.has("referenceSalt") else b""
    need((reference == "") == (salt == b""), "a reference without its salt")
    entry_bytes = part.base64("entry") if part.has("entry") else b""
    log = part.text("logProof") if part.has("logProof") else ""
    need((entry_bytes == b"") == (log == ""), "an entry without its proof")
    answer = part.text("answer")
    disclosure = read_disclosure(part.object("disclosure")) if answer == "disclosed" else None
    code = part.text("code") if answer in ("refused", "unanswered") else ""
    if answer != "disclosed":
        check_code(code, "parts.code")
    need(answer in ("disclosed", "refused", "unanswered"), "parts.answer")
    need((answer == "unanswered") == (entry_bytes == b""), "parts.entry")
    part.end()

    request = parse(REQUEST, request_bytes, "request")
    need(len(request["items"]) <= 32 and len(request["predicates"]) <= 32, "too many items")
    need(request["provider"] == provider, "a request to another source")
    asker, source = active(members, request["requester"]), active(members, provider)
    ticket = sha(request_bytes)
    need(signed_by(evidence_keys(asker), "cityrelay/request/1", ticket, signature),
         "the asker did not sign the request")
    checked.append(f"{provider}: {request['requester']} signed the request")
    if reference:
        commitment = sha(b"cityrelay/reference/1\n", salt, request["kind"].encode(), b"\0",
                         reference.encode())
        need(commitment == request["reference_commitment"], "another reference was asked for")
    if answer == "unanswered":
        return "unanswered", [f"{provider}: no answer ({code}); nothing is proven"]

    state = None
    if disclosure is not None:
        header = chains.get(provider, {}).get(disclosure["height"])
        need(header is not None, "no verified header of the proof's height")
        check_proof(disclosure["proof"], header["app_hash"], b"record/" + disclosure["index"],
                    disclosure["state"])
        if disclosure["state"]:
            state = check_state(disclosure, request)
        checked.append(f"{provider}: the chain's state under header {disclosure['height'][1]} "
                       f"{'holds' if state else 'lacks'} the record")
    entry = check_entry(entry_bytes, log, provider, source, request, ticket, signature)
    if disclosure is None:
        need(entry["outcome"] == 3 and entry["refusal"] == code, "the log says something else")
        return "refused", [f"{provider}: refused, {code}"]
    height = entry["source_height"] or {"revision": None, "height": None}
    need(entry["outcome"] == (1 if state else 2) and entry["refusal"] == ""
         and entry["proof_digest"] == disclosure_digest(disclosure)
         and (height["revision"], height["height"]) == disclosure["height"]
         and entry["record"] == disclosure["index"], "the log says something else")
    checked.append(f"{provider}: entry {entry['sequence']} of its access log says so, and stands "
                   "in the log that it signed for")
    return describe(provider, request, state, disclosure, header)


# The schema of every kind that all cities know; other kinds have their cities' own.
SCHEMA_OF_KIND = {
    "fund-account": "frr.fund-account", "licence": "frr.licence",
    "drivers-licence": "frr.drivers-licence", "business-licence": "frr.business-licence",
    "marriage": "frr.marriage", "resident-points": "frr.resident-points",
}


def check_state(disclosure, request):
    state = parse(STATE, disclosure["state"], "state")
    check_identifier(state["schema_id"])
    need(state["schema_version"] > 0 and state["revision"] > 0
         and 1 <= len(state["status"].encode()) <= 16, "a record's state")
    need(SCHEMA_OF_KIND.get(request["kind"], state["schema_id"]) == state["schema_id"],
         "the record is of another kind than was asked for")
    wanted = [("field", name, None) for name in request["items"]]
    wanted += [("predicate", item["id"], item["at_least"]) for item in request["predicates"]]
    shown = [("field" if leaf["kind"] == "field" else "predicate", leaf["id"],
              leaf["at_least"] or None) for leaf in disclosure["leaves"]]
    order = str
    need(sorted(wanted, key=order) == sorted(shown, key=order), "other fields than were asked for")
    names, places = [], []
    for leaf in disclosure["leaves"]:
        need(len(leaf["salt"]) == 16, "a salt")
        names.append(check_leaf(leaf, state, disclosure["leaf_count"]))
        places.append(leaf["leaf"])
    need(len(set(names)) == len(names) and len(set(places)) == len(places), "a field twice")
    return state


def check_code(text, what):
    """A word of the access log: never a sentence, and never a number that names a person."""
    need(re.fullmatch(r"[0-9A-Za-z()+./:_-]{1,64}", text, re.ASCII) is not None, what)
    for number in re.findall(r"[0-9]+[Xx]?", text, re.ASCII):
        check_number(number, what)
        check_number(number.rstrip("Xx"), what)


def check_number(text, what):
    if re.fullmatch(r"[0-9]{17}[0-9Xx]", text, re.ASCII):
        year, month, day = int(text[6:10]), int(text[10:12]), int(text[12:14])
        total = 0
        for digit in text[:17]:
            total = (total + int(digit)) * 2 % 11
        check = "0123456789X"[(12 - total) % 11]
        need(not (1800 <= year <= 2199 and 1 <= month <= 12 and 1 <= day <= 31
                  and text[17].upper() == check), f"{what} holds an identity number")
    need(re.fullmatch(r"1[3-9][0-9]{9}", text, re.ASCII) is None,
         f"{what} holds a telephone number")



def check_entry_form(entry):
    need(len(entry["items"]) <= 64 and len(entry["predicates"]) <= 64, "entry.items")
    for name in ("department", "application"):
        check_code(entry["requester"][name], f"entry.{name}")
    for name in ("resource", "purpose", "service_item", "case_number"):
        check_code(entry[name], f"entry.{name}")
    for name in ("legal_reference", "grant"):
        if entry[name]:
            check_code(entry[name], f"entry.{name}")
    for text in entry["items"] + entry["predicates"]:
        check_code(text, "entry.items")
    need(len(entry["requester"]["officer"]) == 32, "entry.officer")
    for name in ("ticket", "subject", "previous_head"):
        need(len(entry[name]) == 32, f"entry.{name}")
    for name in ("record", "grant_digest", "consent"):
        need(len(entry[name]) in (0, 32), f"entry.{name}")
    need(len(entry["request_signature"]) == 64, "entry.request_signature")
    need(1 <= entry["basis"] <= 5 and 1 <= entry["mode"] <= 3, "entry.basis or mode")
    need(1 <= entry["outcome"] <= 3, "entry.outcome")
    if entry["outcome"] == 3:
        check_code(entry["refusal"], "entry.refusal")
        need(entry["proof_digest"] == b"" and entry["source_height"] is None, "entry.outcome")
    else:
        need(entry["refusal"] == "" and len(entry["proof_digest"]) == 32
             and entry["source_height"] is not None, "entry.outcome")


def check_entry(data, log, provider, source, request, ticket, signature):
    need(len(data) <= 16384, "an entry is too large")
    signed_entry = parse(SIGNED_ENTRY, data, "entry")
    keys = evidence_keys(source)
    need(len(signed_entry["signature"]) == 64
         and signed_by(keys, "cityrelay/access-entry/1", signed_entry["entry"],
                       signed_entry["signature"]), "the source did not sign the entry")
    entry = parse(ENTRY, signed_entry["entry"], "entry")
    check_entry_form(entry)
    consent = sha(request["consent"].encode()) if request["consent"] else b""
    predicates = [item["id"] if item["at_least"] is None else f"{item['id']}:{item['at_least']}"
                  for item in request["predicates"]]
    asker = {"member": request["requester"], "department": request["department"],
             "application": request["application"], "officer": request["officer"]}
    said = {"ticket": ticket, "provider": provider, "requester": asker,
            "request_signature": signature, "resource": request["kind"], "items": request["items"],
            "predicates": predicates, "subject": request["subject"], "purpose": request["purpose"],
            "service_item": request["service_item"], "case_number": request["case_number"],
            "consent": consent}
    for name, value in said.items():
        need(entry[name] == value, f"the entry differs from the request in its {name}")
    division, institution = provider.split("/", 1)
    origin = f"cityrelay/access/{division}/{institution}"
    check_log(log, leaf_hash(data), entry["sequence"], origin, keys)
    return entry


def describe(provider, request, state, disclosure, header):
    seconds = header["time"]["seconds"]
    when = datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    place = f"height {disclosure['height'][1]}, {when}"
    if state is None:
        return "absent", [f"{provider}: no such {request['kind']} record at {place}"]
    lines = [f"{provider}: a {request['kind']} record at {place}, status {state['status']}"]
    for leaf in disclosure["leaves"]:
        if leaf["kind"] == "field":
            lines.append(f"  {leaf['id']} = {leaf['value'].decode()}")
        elif leaf["kind"] == "flag":
            lines.append(f"  {leaf['id']}: {'holds' if leaf['value'] == b'1' else 'does not hold'}")
        else:
            lines.append(f"  {leaf['id']}: at least {leaf['at_least']}")
    ended = state["schema_id"] in ("frr.licence", "frr.drivers-licence") and state["status"] in (
        "03", "04", "05", "07")
    return "revoked" if ended else "present", lines


def verify(data, roots=None):
    """Words for the parts, lines for people, what was checked. Raises Refused."""
    value = read_compact(data) if data.startswith(MARK) else read_json(data)
    bundle = Object(value, "bundle")
    need(bundle.text("format") == "cityrelay-bundle/1", "another format")
    head = bundle.object("manifest")
    digest = head.hex("digest", 32)
    statement = head.base64("statement") if head.has("statement") else b""
    head.end()
    members, basis = read_members(bundle, digest, statement, roots)
    chains = []
    for item in bundle.list("chains", 16):
        chain = Object(item, "chains")
        chains.append({"member": chain.text("member"), "chain": chain.text("chain"),
                       "anchor": chain.base64("anchor"),
                       "headers": [unbase64(header, "headers")
                                   for header in chain.list("headers", 64)]})
        chain.end()
    items = bundle.list("parts", 16)
    need(items, "no part")
    bundle.end()
    parts = [Object(item, "parts") for item in items]
    disclosing = {part.value.get("provider") for part in parts
                  if part.value.get("answer") == "disclosed"}
    checked, followed = [basis], {}
    for chain in chains:
        need(chain["member"] in disclosing and chain["member"] not in followed,
             "a chain that no part needs")
        followed[chain["member"]] = follow(chain, members, checked)
    words, lines = [], []
    for part in parts:
        word, more = judge(part, members, followed, checked)
        words.append(word)
        lines += more
    return words, lines, checked, digest


def safely(data, roots):
    """The same; what no honest bundle causes is a refusal too."""
    try:
        return verify(data, roots)
    except Refused:
        raise
    except (ValueError, KeyError, IndexError, TypeError, OverflowError) as error:
        raise Refused(f"not in form: {error!r}") from None


def plain(text):
    """What could end a line, hide or move other text, written out."""
    return "".join(f"\\u{{{ord(letter):x}}}" if unicodedata.category(letter) in (
        "Cc", "Cf", "Zl", "Zp", "Cs") else letter for letter in text)


def batch(roots):
    for line in sys.stdin:
        with open(line.strip(), "rb") as file:
            data = file.read()
        try:
            words, _, _, _ = safely(data, roots)
            print("accept", *words, flush=True)
        except Refused as error:
            print("reject", plain(str(error)), flush=True)
    return 0


def main(arguments):
    words = [word for word in arguments if not word.startswith("--")]
    options = [word for word in arguments if word.startswith("--")]
    roots = None
    if "--roots" in options:
        place = arguments.index("--roots") + 1
        if place >= len(arguments):
            print(__doc__, file=sys.stderr)
            return 2
        words.remove(arguments[place])
    if "--batch" in options and not words:
        return batch(read_roots(arguments[place]) if "--roots" in options else None)
    if len(words) != 1 or not set(options) <= {"--roots", "--json"}:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        if "--roots" in options:
            roots = read_roots(arguments[place])
        with open(words[0], "rb") as file:
            data = file.read()
    except OSError as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 3
    try:
        verdict, lines, checked, digest = safely(data, roots)
    except Refused as error:
        if "--json" in options:
            print(json.dumps({"verdict": "reject", "reason": str(error)}))
        print(f"REFUSED: {plain(str(error))}", file=sys.stderr)
        return 1
    if "--json" in options:
        print(json.dumps({"verdict": "accept", "anchored": roots is not None, "parts": verdict,
                          "manifest": digest.hex(), "lines": lines, "checked": checked},
                         ensure_ascii=False))
        return 0 if roots is not None else 5
    print(*map(plain, lines), sep="\n")
    print("checked:", *("  " + plain(line) for line in checked), sep="\n")
    believed = f"manifest {roots.digest.hex()}" if roots else (
        f"NOTHING OUTSIDE THE BUNDLE vouches for manifest {digest.hex()}: give --roots")
    print("believed:", f"  {believed}",
          "  that fewer than a third of the chain's validators lied or lost their keys",
          "  the source's word for which index belongs to the record asked for", sep="\n")
    return 0 if roots is not None else 5


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
