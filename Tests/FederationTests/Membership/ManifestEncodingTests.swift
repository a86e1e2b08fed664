// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

@Suite struct ManifestEncodingTests {
    typealias Sample = SampleFederation

    @Test func `a manifest reads back from its own bytes, with its digest`() throws {
        var manifest = try Sample.manifest(5)
        manifest.quorum = QuorumRule(.atLeast(2), council: manifest.members.prefix(3).map(\.id))
        manifest.routes = .listed([
            Route(
                first: .init(member: manifest.members[0].id, client: "07-tendermint-1"),
                second: .init(member: manifest.members[1].id), maxPacketLifetimeSeconds: 60)
        ])
        let sealed = SealedManifest(manifest)
        let back = try SealedManifest(reading: sealed.encoded)
        #expect(back.manifest == manifest)
        #expect(back.digest == sealed.digest)
        #expect(try SealedManifest(reading: sealed.encoded, like: sealed).manifest == manifest)
    }

    @Test func `the digest takes each entry by its hash`() throws {
        let sealed = SealedManifest(try Sample.manifest(3))
        var writer = ProtobufWriter()
        var reader = ProtobufReader(sealed.encoded)
        while let field = try reader.next() {
            if field.number == 15 {
                writer.digest(15, SHA256.hash(try reader.bytes(field)))
            } else if field.wireType == 0 {
                writer.alwaysUInt64(Int(field.number), try reader.uint64(field))
            } else {
                writer.alwaysBytes(Int(field.number), try reader.bytes(field))
            }
        }
        #expect(SHA256.hash(writer.bytes) == sealed.digest)
        #expect(writer.bytes == sealed.preimage)
    }

    @Test func `every byte of a signed version matters`() throws {
        let sealed = SealedManifest(try Sample.manifest(2, quorum: QuorumRule(.all)))
        let signed = try Sample.sign(sealed, by: ["330100", "110000"])
        let bytes = signed.encoded
        var verifier = SignatureVerifier()
        let electorate = Electorate(sealed)
        var generator = Generator(seed: 6)
        for _ in 0..<400 {
            var changed = bytes
            let place = Int(generator.next() % UInt64(bytes.count))
            changed[place] ^= 1 << UInt8(generator.next() % 8)
            guard let back = try? SignedManifest(reading: changed) else { continue }
            // What can still be read is another version, or its signatures fail.
            let isSigned =
                (try? electorate.verify(back.signatures, of: back.digest, with: &verifier)) != nil
            #expect(!isSigned, "byte \(place)")
        }
        for count in 0..<bytes.count where count % 7 == 0 {
            let cut = try? SignedManifest(reading: Array(bytes.prefix(count)))
            #expect(cut?.digest != signed.digest || cut?.signatures != signed.signatures)
        }
    }

    @Test func `an institution code that is not in form is refused by its own error`() throws {
        let entry = try Sample.member("330100", "Hangzhou").encoded
        let text = Array("330100000000000".utf8)
        let start = try #require(
            entry.indices.first { entry[$0...].starts(with: text) })
        var wrong = entry
        wrong[start + 14] = 0x58
        let error = #expect(throws: ManifestError.self) { try ManifestMember(reading: wrong) }
        #expect(error == .institution(.character("33010000000000X", position: 15)))
        #expect(error?.code == "manifest/institution-code")
    }

    @Test func `two encodings of one manifest are not both taken`() throws {
        let sealed = SealedManifest(try Sample.manifest(2, quorum: QuorumRule(.all)))
        // An unknown field behind the others, and a field that is there twice.
        #expect(throws: ManifestError.notCanonicalManifest) {
            try SealedManifest(reading: sealed.encoded + [0xa0, 0x06, 0x01])
        }
        #expect(throws: ManifestError.notCanonicalManifest) {
            try SealedManifest(reading: [0x08, 0x01] + sealed.encoded)
        }
        let entry = sealed.manifest.members[0]
        #expect(throws: ManifestError.notCanonical(entry.id)) {
            try ManifestMember(reading: entry.encoded + [0xa0, 0x06, 0x01])
        }
    }

    @Test func `members out of order or twice are refused`() throws {
        var manifest = try Sample.manifest(3)
        manifest.members.swapAt(0, 1)
        let swapped = SealedManifest(manifest).encoded
        #expect(throws: ManifestError.membersOutOfOrder(manifest.members[1].id)) {
            try SealedManifest(reading: swapped)
        }
        manifest.members.swapAt(0, 1)
        manifest.members.insert(manifest.members[0], at: 0)
        #expect(throws: ManifestError.membersOutOfOrder(manifest.members[0].id)) {
            try SealedManifest(reading: SealedManifest(manifest).encoded)
        }
    }

    @Test func `a difference leads to the same signed version`() throws {
        var generator = Generator(seed: 11)
        var current = SealedManifest(try Sample.manifest(5))
        for round in 0..<40 {
            let next = try Sample.next(current) { manifest in
                let (division, name) = Sample.cities[Int(generator.next() % 7)]
                var member = try Sample.member(division, name)
                member.localName = "第\(round)版"
                if generator.oneIn(3) {
                    member.status = .revoked
                    member.statusReason = "left"
                }
                if generator.oneIn(4) {
                    manifest.members.removeAll { $0.id == member.id }
                } else {
                    manifest.set(member)
                }
            }
            let signed = try Sample.sign(next, by: Sample.three)
            let delta = try ManifestDelta(
                reading: ManifestDelta(from: current, to: signed).encoded)
            let back = try delta.applied(to: current)
            #expect(back == signed && back.manifest == signed.manifest)
            #expect(delta.encoded.count < signed.encoded.count)
            current = next
        }
    }

    @Test func `a difference to another version gives another digest`() throws {
        let first = SealedManifest(try Sample.manifest(5))
        let second = try Sample.next(first) { $0.note = "two" }
        let other = SealedManifest(try Sample.manifest(4))
        let signed = try Sample.sign(second, by: Sample.three)
        let applied = try ManifestDelta(from: first, to: signed).applied(to: other)
        #expect(applied.digest != signed.digest)
    }

    @Test func `armoured bytes come back from a letter around them`() throws {
        var generator = Generator(seed: 3)
        for count in [0, 1, 47, 48, 49, 1_000] {
            let bytes = generator.bytes(count)
            let text = "Dear colleague,\n\n" + Armour.encode(.approval, bytes) + "\nRegards\n"
            let back = try #require(Armour.decode(text.replacing("\n", with: "\r\n")))
            #expect(back.kind == .approval && back.bytes == bytes)
        }
        #expect(Armour.decode("-----BEGIN CITYRELAY REQUEST-----\nAAAA\n") == nil)
        #expect(Armour.decode("") == nil)
    }
}
