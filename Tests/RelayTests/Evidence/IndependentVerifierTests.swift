// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayLaboratory
import TestSupport
import Testing

/// The verifier in Python, which shares no code with ours, gives the same verdict on every bundle.
@Suite struct IndependentVerifierTests {
    private static let script = "\(Corpus.root)/Tests/Verifier/verify_bundle.py"
    static let hasPython =
        (try? Spawn.run(["python3", "-c", "import cryptography"])) == 0

    static let kinds: [[BundleSample.Kind]] = [
        [.present], [.absent], [.revoked], [.refused], [.present, .unanswered],
        [.absent, .present], [.refused, .revoked],
    ]

    /// One verdict a text, in order: `accept …` or `reject …`.
    static func judge(
        _ texts: [[UInt8]], roots: String?, _ folder: ScratchFolder
    ) throws -> [String] {
        var paths = ""
        for (index, text) in texts.enumerated() {
            try folder.write(text, to: "bundle-\(index).json")
            paths += folder.file("bundle-\(index).json") + "\n"
        }
        try folder.write(Array(paths.utf8), to: "list")
        let options = roots.map { "--roots '\($0)'" } ?? ""
        let status = try Spawn.run([
            "sh", "-c",
            "python3 '\(script)' \(options) --batch < '\(folder.file("list"))' > "
                + "'\(folder.file("verdicts"))'",
        ])
        #expect(status == 0)
        let text = String(decoding: try folder.read("verdicts"), as: UTF8.self)
        return text.split(separator: "\n").map(String.init)
    }

    private func manifestFile(_ folder: ScratchFolder) throws -> String {
        let signed = SignedManifest(try BundleSample().manifest(), signatures: [])
        try folder.write(Array(Armour.encode(.manifest, signed.encoded).utf8), to: "manifest")
        return folder.file("manifest")
    }

    @Test(.enabled(if: hasPython, "skipped: python3 with cryptography is not here"))
    func `both verifiers agree on every sample bundle and on every kind of root`() throws {
        let folder = try ScratchFolder()
        let sample = BundleSample()
        let texts = try Self.kinds.flatMap { kinds in
            let bundle = try sample.bundle(kinds)
            return [try bundle.json(), bundle.compact]
        }
        let digest = try sample.manifest().digest.description
        let other = AccessSample.digest("another").description
        for roots in [nil, digest, try manifestFile(folder), other] {
            let verdicts = try Self.judge(texts, roots: roots, folder)
            #expect(verdicts.count == texts.count)
            for (text, verdict) in zip(texts, verdicts) {
                let ours = roots.map { root in
                    root.utf8.count == 64
                        ? TrustRoots(manifest: Digest(Hex.decode(root) ?? []) ?? .zero)
                        : (try? sample.manifest()).map { TrustRoots($0) }
                }
                let result = try? BundleVerifier.verify(text, roots: ours ?? nil)
                #expect((result != nil) == (roots != other))
                let words = result.map { ["accept"] + $0.parts.map(\.word) } ?? ["reject"]
                #expect(verdict.hasPrefix(words.joined(separator: " ")), "\(verdict)")
            }
        }
    }

    /// What a city can write and sign with its own keys.
    static let lies: [@Sendable (inout AccessRecord) -> Void] = [
        { _ in }, { $0.requester.officer = AccessSample.officer(2) }, { $0.items = [] },
        { $0.purpose = AccessSample.code("statistics") }, { $0.mode = .record },
        { $0.caseNumber = AccessSample.code("case-2") }, { $0.grant = nil },
        { $0.consent = OpaqueReference(.zero) }, { $0.subject = OpaqueReference(.zero) },
    ]

    @Test(.enabled(if: hasPython, "skipped: python3 with cryptography is not here"))
    func `both verifiers find out what a city lies with its own keys`() throws {
        let folder = try ScratchFolder()
        var texts: [[UInt8]] = []
        for lie in Self.lies {
            var sample = BundleSample(depth: 6, rotations: 1)
            sample.bend = lie
            for kind in [BundleSample.Kind.present, .refused] {
                texts.append(try sample.bundle([kind]).json())
            }
        }
        for code in ["no\nanswer", "a b", "110101190001010016", "13800000000", "city/busy"] {
            var bundle = try BundleSample(depth: 6, rotations: 1).bundle([.unanswered])
            bundle.parts[0].answer = .unanswered(code: code)
            texts.append(try bundle.json())
        }
        // A fund account, shown to somebody who asked about another kind; a city's own kind may
        // have any schema.
        for kind in [
            "licence", "drivers-licence", "business-licence", "marriage",
            "resident-points", "330100-pension",
        ] {
            var sample = BundleSample(depth: 6, rotations: 1)
            sample.askedKind = kind
            texts.append(try sample.bundle([.present]).json())
        }
        let verdicts = try Self.judge(texts, roots: nil, folder)
        #expect(verdicts.count == texts.count)
        var accepted = 0
        for (place, (text, verdict)) in zip(texts, verdicts).enumerated() {
            let isAccepted = (try? BundleVerifier.verify(text, roots: nil)) != nil
            #expect(verdict.hasPrefix("accept") == isAccepted, "\(place): \(verdict)")
            accepted += isAccepted ? 1 : 0
        }
        // The honest ones, another mode, no grant's name, a code that is one, a kind of the city's.
        #expect(accepted == 9, "\(accepted) accepted")
    }

    @Test(.enabled(if: hasPython, "skipped: python3 with cryptography is not here"))
    func `the independent verifier counts signatures as ZIP-215 does`() throws {
        // R with a point of small order in it: OpenSSL refuses it, CometBFT counts it.
        let script = """
            import hashlib, sys
            sys.path.insert(0, sys.argv[1])
            import verify_bundle as v
            base = v.curve_point((4 * pow(5, -1, v.P25519) % v.P25519).to_bytes(32, "little"))
            torsion = v.curve_point(bytes.fromhex(
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))
            def packed(point):
                x, y, z, _ = point
                x, y = x * pow(z, -1, v.P25519) % v.P25519, y * pow(z, -1, v.P25519) % v.P25519
                return (y | (x & 1) << 255).to_bytes(32, "little")
            secret, r, message = 12345, 67890, b"message"
            key = packed(v.times(secret, base))
            head = packed(v.added(v.times(r, base), torsion))
            k = int.from_bytes(hashlib.sha512(head + key + message).digest(), "little") % v.L25519
            good = head + ((r + k * secret) % v.L25519).to_bytes(32, "little")
            bad = head + ((r + k * secret + 1) % v.L25519).to_bytes(32, "little")
            long = head + ((r + k * secret) % v.L25519 + v.L25519).to_bytes(32, "little")
            assert v.ed25519_holds(key, message, good)
            assert not any(v.ed25519_holds(key, message, other) for other in (bad, long))
            assert not v.ed25519_holds(key, b"massage", good)
            """
        let folder = "\(Corpus.root)/Tests/Verifier"
        #expect(try Spawn.run(["python3", "-B", "-c", script, folder]) == 0)
    }

    @Test(.enabled(if: hasPython, "skipped: python3 with cryptography is not here"))
    func `both verifiers agree on five hundred bent bundles`() throws {
        let folder = try ScratchFolder()
        let sample = BundleSample(depth: 6, rotations: 1)
        let texts = try Self.kinds.map { try sample.bundle($0).json() }
        let roots = TrustRoots(try sample.manifest())
        var bent: [(name: String, text: [UInt8])] = []
        for seed in 0..<500 as Range<UInt64> {
            var mutation = BundleMutation(seed: seed)
            let place = Int(seed) % texts.count
            bent.append(
                try mutation.bend(texts[place], other: texts[(place + 1) % texts.count]))
        }
        let signed = SignedManifest(try sample.manifest(), signatures: [])
        try folder.write(Array(Armour.encode(.manifest, signed.encoded).utf8), to: "manifest")
        let verdicts = try Self.judge(bent.map(\.text), roots: folder.file("manifest"), folder)
        #expect(verdicts.count == 500)
        var accepted = 0
        for (seed, (mutation, verdict)) in zip(bent, verdicts).enumerated() {
            var reason = "accepted"
            do throws(BundleError) {
                _ = try BundleVerifier.verify(mutation.text, roots: roots)
                accepted += 1
            } catch { reason = "\(error.code): \(error.sentence)" }
            #expect(
                verdict.hasPrefix("accept") == (reason == "accepted"),
                "seed \(seed), \(mutation.name): ours \(reason); Python's \(verdict)")
        }
        // Blanks, another order, and what no signature covers change nothing.
        #expect((40...250).contains(accepted), "\(accepted) accepted")
    }
}
