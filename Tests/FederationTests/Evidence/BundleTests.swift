// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// What a bundle proves, and that nothing in it can be bent.
@Suite struct BundleTests {
    private static let sample = BundleSample()

    private func roots() throws -> TrustRoots { TrustRoots(try Self.sample.manifest()) }

    static let kinds: [(kinds: [BundleSample.Kind], words: [String])] = [
        ([.present], ["present"]), ([.absent], ["absent"]), ([.revoked], ["revoked"]),
        ([.refused], ["refused"]), ([.present, .unanswered], ["present", "unanswered"]),
        ([.absent, .present], ["absent", "present"]),
        ([.refused, .absent], ["refused", "absent"]),
    ]

    @Test(arguments: kinds)
    func `every kind of answer verifies, in every combination`(
        _ sample: (kinds: [BundleSample.Kind], words: [String])
    ) throws {
        let bundle = try Self.sample.bundle(sample.kinds)
        let text = try bundle.json()
        #expect(try Bundle(json: text) == bundle)
        for roots in [try roots(), TrustRoots(manifest: bundle.manifest), nil] {
            let verdict = try BundleVerifier.verify(text, roots: roots)
            #expect(verdict.parts.map(\.word) == sample.words)
            #expect(verdict.isAnchored == (roots != nil))
            #expect(!verdict.checked.isEmpty && !verdict.trusted.isEmpty)
        }
    }

    @Test func `a bundle verifies after three changes of all validators, and years later`() throws {
        let verdict = try BundleVerifier.verify(
            try Self.sample.bundle([.present]).json(), roots: try roots())
        let part = try #require(verdict.parts.first)
        #expect(part.height == Height(revision: 1, height: 22))
        guard case .present(let state, let disclosure) = part.finding else {
            Issue.record("\(part.finding)")
            return
        }
        #expect(state.status == "01" && disclosure.leaves.count == 3)
        #expect(part.sentences.contains("  monthsGE: at least 12"))
        #expect(part.sentences.contains("  JZNY = 188003"))
        #expect(part.sentences.contains("  SixMconFlag: holds"))
        #expect(verdict.checked.contains { $0.contains("4 signed header(s)") })
    }

    @Test func `the compact form is the same bundle in a third of the bytes`() throws {
        for kinds in [[.present], [.absent, .revoked], [.refused, .unanswered]]
            as [[BundleSample.Kind]]
        {
            let bundle = try Self.sample.bundle(kinds)
            let compact = bundle.compact
            #expect(try Bundle(reading: compact) == bundle)
            #expect(try Bundle(reading: try bundle.json()) == bundle)
            #expect(compact.count * 2 < (try bundle.json().count))
            #expect(throws: BundleError.self) { try Bundle(reading: compact + [0]) }
            #expect(throws: BundleError.self) { try Bundle(reading: Array(compact.dropLast())) }
        }
    }

    @Test func `compact bytes from anywhere are refused or mean what they say`() throws {
        let bundle = try Self.sample.bundle([.refused])
        var generator = Generator(seed: 12)
        for _ in 0..<300 {
            var bytes = bundle.compact
            let place = 4 + Int(generator.next() % UInt64(bytes.count - 4))
            bytes[place] = UInt8(truncatingIfNeeded: generator.next())
            guard let other = try? Bundle(reading: bytes) else { continue }
            #expect(try Bundle(json: try other.json()) == other)
        }
    }

    @Test func `a record of another kind than was asked for is no answer`() throws {
        for schema in RecordSchemas.builtIn.all where schema.kind != "fund-account" {
            var sample = Self.sample
            sample.askedKind = schema.kind
            let bundle = try sample.bundle([.present])
            let error = #expect(throws: BundleError.self) {
                try BundleVerifier.verify(bundle, roots: try roots())
            }
            #expect(error == .part(0, .otherKind(schemaID: "frr.fund-account")))
            #expect(error?.code == "bundle/other-kind")
            // An absent record has no schema, and no kind but the one of its index.
            let absent = try BundleVerifier.verify(
                try sample.bundle([.absent]), roots: try roots())
            #expect(absent.parts.map(\.word) == ["absent"])
        }
        var own = Self.sample
        own.askedKind = "330100-pension"
        let verdict = try BundleVerifier.verify(
            try own.bundle([.present]), roots: try roots())
        #expect(verdict.parts.map(\.word) == ["present"])
    }

    @Test func `headers that leave out a change of validators do not verify`() throws {
        var bundle = try Self.sample.bundle([.present])
        bundle.chains[0].headers.remove(at: 1)
        #expect(throws: BundleError.self) { try BundleVerifier.verify(bundle, roots: nil) }
    }

    @Test func `a bundle under another manifest is refused`() throws {
        let bundle = try Self.sample.bundle([.present])
        #expect(throws: BundleError.otherManifest(got: bundle.manifest, held: .zero)) {
            try BundleVerifier.verify(bundle, roots: TrustRoots(manifest: .zero))
        }
    }

    @Test func `entries are believed under the manifest's digest alone`() throws {
        var bundle = try Self.sample.bundle([.present])
        bundle.statement = []
        #expect(throws: BundleError.self) {
            try BundleVerifier.verify(bundle, roots: TrustRoots(manifest: bundle.manifest))
        }
        #expect(throws: Never.self) { try BundleVerifier.verify(bundle, roots: try roots()) }
        bundle.members = []
        #expect(throws: Never.self) { try BundleVerifier.verify(bundle, roots: try roots()) }
    }

    /// Changes that keep the form and must be refused by what they break.
    static let bent: [(name: String, code: String, change: @Sendable (inout Bundle) -> Void)] = [
        ("another record", "bundle/proof", { edit(&$0) { $0.index = .zero } }),
        (
            "another value", "bundle/field",
            { edit(&$0) { $0.leaves[0].value = Array("188004".utf8) } }
        ),
        ("another salt", "bundle/field", { edit(&$0) { $0.leaves[0].salt[3] ^= 1 } }),
        (
            "more than asked", "bundle/other-fields",
            { edit(&$0) { $0.leaves.append($0.leaves[0]) } }
        ),
        ("less than asked", "bundle/other-fields", { edit(&$0) { $0.leaves.removeLast() } }),
        ("a higher threshold", "bundle/other-fields", { edit(&$0) { $0.leaves[2].atLeast = 13 } }),
        ("no record", "bundle/proof", { edit(&$0) { ($0.state, $0.leaves) = ([], []) } }),
        (
            "a state of one's own", "bundle/proof",
            { edit(&$0) { $0.state[$0.state.count - 1] ^= 1 } }
        ),
        (
            "another height", "bundle/height",
            { edit(&$0) { $0.height = Height(revision: 1, height: 23) } }
        ),
        (
            "a header without the record", "bundle/proof",
            { edit(&$0) { $0.height = Height(revision: 1, height: 16) } }
        ),
        ("another reference", "bundle/reference", { $0.parts[0].reference = "TEST-1880-0002" }),
        ("a signature", "bundle/request-signature", { $0.parts[0].signature[0] ^= 1 }),
        ("a bit of the request", "bundle/request-signature", { $0.parts[0].request[70] ^= 1 }),
        ("the entry", "bundle/entry", { $0.parts[0].entry[100] ^= 1 }),
        ("no headers", "bundle/height", { $0.chains[0].headers = [] }),
        ("another anchor", "bundle/chain", { $0.chains[0].anchor[20] ^= 1 }),
        ("a chain that nobody needs", "bundle/surplus-chain", { $0.chains.append($0.chains[0]) }),
        ("the statement", "bundle/statement", { $0.statement[0] ^= 1 }),
        (
            "a refusal instead", "bundle/entry-differs",
            {
                $0.parts[0].answer = .refused(code: "policy/no-grant")
                $0.chains = []
            }
        ),
    ]

    @Test func `a text that nobody signed cannot speak in the verdict's name`() throws {
        let sample = try Self.sample.bundle([.unanswered])
        for code in [
            "x)\n330100/330100000000000: record TEST-1880-0001 is on the chain", "no answer", "",
            "city/\u{202e}unreachable",
        ] {
            for answer in [BundlePart.Answer.unanswered(code: code), .refused(code: code)] {
                var bundle = sample
                bundle.parts[0].answer = answer
                #expect(throws: BundleError.self) { try Bundle(json: try bundle.json()) }
                #expect(throws: BundleError.self) { try Bundle(reading: bundle.compact) }
            }
        }
    }

    @Test func `a sentence stays on its line whatever a city's record holds`() throws {
        var sample = Self.sample
        sample.month = "188003\nchecked:\u{1b}[2K\u{202e}\u{2028}everything"
        let verdict = try BundleVerifier.verify(try sample.bundle([.present]), roots: nil)
        let line = "  JZNY = 188003\\u{a}checked:\\u{1b}[2K\\u{202e}\\u{2028}everything"
        #expect(verdict.parts[0].sentences.contains(line), "\(verdict.parts[0].sentences)")
        #expect(!BundleError.format("x\ny").sentence.contains("\n"))
    }

    static let liars: [(name: String, lie: @Sendable (inout AccessRecord) -> Void)] = [
        ("officer", { $0.requester.officer = AccessSample.officer(2) }),
        ("department", { $0.requester.department = AccessSample.code("TEXT00017") }),
        ("application", { $0.requester.application = AccessSample.code("kiosk") }),
        ("items", { $0.items = [] }), ("predicates", { $0.predicates.removeLast() }),
        ("subject", { $0.subject = OpaqueReference(.zero) }),
        ("purpose", { $0.purpose = AccessSample.code("statistics") }),
        ("service item", { $0.serviceItem = AccessSample.code("1") }),
        ("case number", { $0.caseNumber = AccessSample.code("case-2") }),
        ("consent", { $0.consent = OpaqueReference(.zero) }),
        ("resource", { $0.resource = AccessSample.code("licence") }),
    ]

    @Test(arguments: liars)
    func `an entry of the log that says something else than the request is found out`(
        _ liar: (name: String, lie: @Sendable (inout AccessRecord) -> Void)
    ) throws {
        var sample = Self.sample
        sample.bend = liar.lie
        for kind in [BundleSample.Kind.present, .refused] {
            let bundle = try sample.bundle([kind])
            #expect(throws: BundleError.part(0, .entryDiffers(liar.name))) {
                try BundleVerifier.verify(bundle, roots: nil)
            }
        }
    }

    @Test func `a threshold in a predicate's name is no threshold`() throws {
        let bundle = try Self.sample.bundle([.present])
        var request = try DisclosureRequest(reading: bundle.parts[0].request)
        request.predicates = [
            PredicateQuestion(id: "SixMconFlag"), PredicateQuestion(id: "monthsGE:12"),
        ]
        var bent = bundle
        bent.parts[0].request = request.encoded
        bent.parts[0].signature = EvidenceSignature.request.sign(
            request.ticket.bytes, with: AccessSample.requesterKey)
        #expect(throws: BundleError.part(0, .otherFields)) {
            try BundleVerifier.verify(bent, roots: nil)
        }
    }

    private static func edit(_ bundle: inout Bundle, _ change: (inout Disclosure) -> Void) {
        guard case .disclosed(var disclosure) = bundle.parts[0].answer else { return }
        change(&disclosure)
        bundle.parts[0].answer = .disclosed(disclosure)
    }

    @Test func `whatever is bent is refused by what it breaks`() throws {
        for (name, code, change) in Self.bent {
            var bundle = try Self.sample.bundle([.present])
            change(&bundle)
            do {
                _ = try BundleVerifier.verify(bundle, roots: try roots())
                Issue.record("\(name) was accepted")
            } catch let error as BundleError {
                #expect(error.code == code, "\(name): \(error)")
            }
        }
    }

    @Test func `an answer of one source cannot be given for another's`() throws {
        var bundle = try Self.sample.bundle([.present, .absent])
        let first = bundle.parts[0].answer
        bundle.parts[0].answer = bundle.parts[1].answer
        bundle.parts[1].answer = first
        #expect(throws: BundleError.self) { try BundleVerifier.verify(bundle, roots: nil) }
        bundle = try Self.sample.bundle([.present, .absent])
        bundle.parts[1].provider = bundle.parts[0].provider
        #expect(throws: BundleError.self) { try BundleVerifier.verify(bundle, roots: nil) }
    }

    @Test func `every flipped byte of a part's evidence is refused`() throws {
        let bundle = try Self.sample.bundle([.absent])
        for place in stride(from: 0, to: bundle.parts[0].logProof.count, by: 7) {
            var bent = bundle
            bent.parts[0].logProof[place] ^= 1
            #expect(throws: BundleError.self, "\(place)") {
                try BundleVerifier.verify(bent, roots: nil)
            }
        }
        guard case .disclosed(let disclosure) = bundle.parts[0].answer else { return }
        for place in stride(from: 0, to: disclosure.proof.count, by: 23) {
            var bent = bundle
            Self.edit(&bent) { $0.proof[place] ^= 1 }
            #expect(throws: BundleError.self, "\(place)") {
                try BundleVerifier.verify(bent, roots: nil)
            }
        }
    }

    @Test func `a member that was suspended proves nothing`() throws {
        var manifest = try Self.sample.manifest().manifest
        manifest.members[2].status = .suspended
        let roots = TrustRoots(SealedManifest(manifest))
        var bundle = try Self.sample.bundle([.present])
        bundle.manifest = roots.manifest
        bundle.statement = []
        bundle.members = []
        #expect(throws: BundleError.memberNotActive(manifest.members[2].id)) {
            try BundleVerifier.verify(bundle, roots: roots)
        }
    }

    @Test func `text from anywhere is refused and traps nowhere`() throws {
        let text = try Self.sample.bundle([.present]).json()
        var generator = Generator(seed: 11)
        for _ in 0..<400 {
            var bytes = text
            for _ in 0...generator.next() % 3 {
                let place = Int(generator.next() % UInt64(bytes.count))
                switch generator.next() % 3 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: place)
                }
            }
            _ = try? Bundle(json: bytes)
        }
    }
}
