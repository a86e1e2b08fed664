// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// What an entry of the access log is, and what cannot stand in it.
@Suite struct AccessEntryTests {
    private func entry(_ number: Int) -> AccessEntry {
        AccessEntry(
            sequence: UInt64(number), time: AccessSample.time(number),
            previousHead: AccessSample.digest("head"), access: AccessSample.access(number))
    }

    @Test func `every kind of entry is read back, and there is one way to write it`() throws {
        for number in 0..<10 {
            let entry = entry(number)
            #expect(try AccessEntry(canonical: entry.encoded) == entry)
            let signed = entry.signed(by: AccessSample.providerKey)
            #expect(try SignedAccessEntry(leaf: signed.leaf) == signed)
            #expect(throws: AccessEntryError.self) {
                try SignedAccessEntry(leaf: signed.leaf + [0x1a, 0x00])
            }
            #expect(throws: AccessEntryError.notCanonical) {
                try AccessEntry(canonical: entry.encoded + [0xfa, 0x01, 0x00])
            }
        }
    }

    @Test func `no byte of a signed entry can be changed`() throws {
        let leaf = entry(3).signed(by: AccessSample.providerKey).leaf
        var verifier = SignatureVerifier()
        for index in leaf.indices {
            var bytes = leaf
            bytes[index] ^= 0x04
            #expect(throws: AccessEntryError.self, "byte \(index)") {
                let signed = try SignedAccessEntry(leaf: bytes)
                try signed.verify(keys: [AccessSample.providerKey.publicKey], &verifier)
            }
        }
    }

    @Test func `bytes from anywhere are refused and trap nowhere`() {
        var generator = Generator(seed: 6)
        let leaf = entry(1).signed(by: AccessSample.providerKey).leaf
        for _ in 0..<2_000 {
            var bytes = leaf
            for _ in 0...generator.next() % 4 {
                let place = Int(generator.next() % UInt64(bytes.count))
                switch generator.next() % 3 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: place)
                }
            }
            _ = try? SignedAccessEntry(leaf: bytes).decoded()
        }
    }

    static let personal: [(text: String, error: AccessCodeError)] = [
        ("110105188001010016", .identityNumber), ("11010518800101002X", .identityNumber),
        ("case-110105188001010017/2", .identityNumber), ("no110105188001010017", .identityNumber),
        ("x110105188001010025", .identityNumber), ("tel:13800138000", .telephoneNumber),
        ("110105188001010017X", .identityNumber), ("13800138000x", .telephoneNumber),
        ("13800138000", .telephoneNumber), ("田某某", .character(position: 1)),
        ("Tian Mei", .character(position: 5)), ("a,b", .character(position: 2)), ("", .length(0)),
        (String(repeating: "x", count: 65), .length(65)),
    ]

    /// Seventeen digits and the check character that belongs to them.
    private func identityNumber(_ digits: String) -> String {
        var sum = 0
        for byte in digits.utf8 { sum = (sum + Int(byte) - 0x30) * 2 % 11 }
        let check = (12 - sum) % 11
        return digits + (check == 10 ? "X" : String(check))
    }

    @Test func `an identity number cannot stand where a code stands`() {
        for serial in 1..<40 {
            let digits = "11010518800101" + String(String(1000 + serial).dropFirst())
            #expect(throws: AccessCodeError.identityNumber) {
                try AccessCode(identityNumber(digits))
            }
            // One digit off, it names nobody.
            let other = identityNumber(digits)
            let last = other.last == "0" ? "1" : "0"
            #expect(throws: Never.self) { try AccessCode(String(other.dropLast()) + last) }
        }
    }

    @Test func `names, telephone numbers, lists and sentences cannot stand in an entry`() {
        for (text, error) in Self.personal.dropFirst(2) {
            #expect(throws: error) { try AccessCode(text) }
        }
        for text in ["fund-counter", "11330100002489559P2000114001000", "case(7)", "monthsGE:12"] {
            #expect(throws: Never.self) { try AccessCode(text) }
        }
    }

    @Test func `references to one person differ by purpose and by pair`() throws {
        let key = [UInt8](repeating: 7, count: 32)
        let loan = AccessSample.code("loan")
        let first = try #require(OpaqueReference(subject: "1", purpose: loan, pairKey: key))
        let again = OpaqueReference(subject: "1", purpose: loan, pairKey: key)
        #expect(first == again)
        let purpose = OpaqueReference(
            subject: "1", purpose: AccessSample.code("transfer"), pairKey: key)
        let pair = OpaqueReference(
            subject: "1", purpose: loan, pairKey: [UInt8](repeating: 8, count: 32))
        #expect(Set([first, try #require(purpose), try #require(pair)]).count == 3)
        #expect(OpaqueReference(officer: "1", key: [1]) == nil)
    }

    @Test func `a receipt holds for its entry and its requester alone`() {
        let hash = entry(2).signed(by: AccessSample.providerKey).leafHash
        let receipt = AccessReceipt(for: hash, signedBy: AccessSample.requesterKey)
        var verifier = SignatureVerifier()
        #expect(receipt.isValid(keys: [AccessSample.requesterKey.publicKey], &verifier))
        #expect(!receipt.isValid(keys: [AccessSample.providerKey.publicKey], &verifier))
        let moved = AccessReceipt(leafHash: .zero, signature: receipt.signature)
        #expect(!moved.isValid(keys: [AccessSample.requesterKey.publicKey], &verifier))
    }

    @Test func `a signature of one kind never passes for another`() {
        let payload = AccessSample.digest("x").bytes
        var verifier = SignatureVerifier()
        for kind in EvidenceSignature.allCases {
            let signature = kind.sign(payload, with: AccessSample.requesterKey)
            for other in EvidenceSignature.allCases {
                #expect(
                    other.isValid(
                        signature, of: payload, keys: [AccessSample.requesterKey.publicKey],
                        &verifier) == (kind == other))
            }
        }
    }
}
