// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import Glibc
import LightClient
import RelayCommand
import TestSupport
import Testing

// Unsafe: a pipe to a child process of the C library; no pointer leaves this file.

/// A verifier in another language, written from the documents alone, says the same as ours.
@Suite struct `Manifests judged by a stranger` {
    private static func lines(_ command: String) throws -> [String] {
        guard let pipe = unsafe popen(command + " 2>&1", "r") else { return [] }
        defer { unsafe pclose(pipe) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, pipe)
            if count == 0 { break }
            text.append(contentsOf: buffer[..<count])
        }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static let hasTools =
        (try? lines("python3 -c 'import grpc_tools, cryptography' && echo there")) == ["there"]

    /// A third city's version, signed by both founders.
    private func grown() throws -> (bench: MemberBench, signed: SignedManifest) {
        let bench = try MemberBench()
        try bench.found()
        try bench.member("320100", "Nanjing")
        bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        let work = "--file @Nanjing/request.txt --manifest @m1 --next @m2"
        bench.approve("Hangzhou", work)
        bench.approve("Loudi", work + " --with @Hangzhou.approval")
        let block = try #require(Armour.decode(bench.read("m2")))
        return (bench, try SignedManifest(reading: block.bytes))
    }

    @Test(.enabled(if: hasTools, "python3-grpc-tools or cryptography is not installed"))
    func `a supervising member's signature counts for both, and alone is too little`() throws {
        let bench = try MemberBench()
        try bench.foundWithMinistry()
        try bench.member("320100", "Nanjing")
        bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        let work = "--file @Nanjing/request.txt --manifest @m1 --next @m2"
        let one = bench.approve("Loudi", work)
        #expect(one.status == .success, "\(one.errors)")
        let made = bench.approve("Ministry", work + " --with @Loudi.approval")
        #expect(made.status == .success, "\(made.errors)")
        let signed = try SignedManifest(reading: #require(Armour.decode(bench.read("m2"))).bytes)
        let ministry = signed.signatures.filter { signature in
            signed.manifest.role(of: signature.key).flatMap { signed.manifest.member($0.member) }?
                .isSupervising == true
        }
        #expect(ministry.count == 1)
        let alone = SignedManifest(signed.sealed, signatures: ministry)
        try bench.write("alone", Armour.encode(.manifest, alone.encoded))
        let script = "\(Corpus.root)/Tests/Fixtures/manifest_check.py"
        let proto = "\(Corpus.root)/Sources/Federation/Proto/federation/v1"
        let files = ["m1", "m2", "alone"].map { "'\(bench.path($0))'" }.joined(separator: " ")
        let answers = try Self.lines("python3 '\(script)' '\(proto)' \(files)")
        #expect(answers.first == signed.digest.description)
        #expect(answers.last?.hasPrefix("refused ValueError 1 of 2") == true)
        #expect(!isTaken(alone.encoded, try bench.read("m1")))
        #expect(isTaken(signed.encoded, try bench.read("m1")))
    }

    @Test(.enabled(if: hasTools, "python3-grpc-tools or cryptography is not installed"))
    func `the good version has the same digest, and every mutated one is refused by both`() throws {
        let (bench, signed) = try grown()
        let bytes = signed.encoded
        var generator = Generator(seed: 12)
        var names = ["m2"]
        var ours: [Bool] = [true]
        for index in 0..<200 {
            var bent = bytes
            switch generator.next() % 4 {
            case 0: bent.remove(at: Int(generator.next() % UInt64(bent.count)))
            case 1:
                bent.insert(
                    UInt8(truncatingIfNeeded: generator.next()),
                    at: Int(generator.next() % UInt64(bent.count)))
            default:
                bent[Int(generator.next() % UInt64(bent.count))] ^= 1 << UInt8(generator.next() % 8)
            }
            try bench.write("bent\(index)", Armour.encode(.manifest, bent))
            names.append("bent\(index)")
            ours.append(isTaken(bent, try bench.read("m1")))
        }
        let script = "\(Corpus.root)/Tests/Fixtures/manifest_check.py"
        let proto = "\(Corpus.root)/Sources/Federation/Proto/federation/v1"
        let files = ["m1"] + names
        let answers = try Self.lines(
            "python3 '\(script)' '\(proto)' \(files.map { "'\(bench.path($0))'" }.joined(separator: " "))"
        )
        try #require(answers.count == names.count, "\(answers.prefix(4))")
        #expect(answers[0] == signed.digest.description)
        for (index, answer) in answers.enumerated() {
            #expect(answer.hasPrefix("refused") == !ours[index], "\(names[index]): \(answer)")
        }
        #expect(ours.count { $0 } == 1)
    }

    private func isTaken(_ bytes: [UInt8], _ first: String) -> Bool {
        guard let block = Armour.decode(first),
            let founding = try? SignedManifest(reading: block.bytes),
            var chain = try? ManifestChain(anchor: ManifestAnchor(founding.sealed), founding),
            let next = try? SignedManifest(reading: bytes)
        else { return false }
        var verifier = SignatureVerifier()
        return (try? chain.append(next, signatures: &verifier)) == .advanced
    }
}
