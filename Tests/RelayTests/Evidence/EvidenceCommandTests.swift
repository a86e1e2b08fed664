// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import RelayAPI
import RelayCommand
import RelayLaboratory
import RelayStore
import TestSupport
import Testing

/// `cityrelay verify` and `cityrelay audit`, as a clerk and an auditor use them: no network.
@Suite struct EvidenceCommandTests {
    private func run(
        _ words: [String], now: Timestamp = AccessSample.time(100)
    ) -> (status: RelayCommand.ExitStatus, output: String, errors: String) {
        var console = Console(now: now)
        let status = CommandTree.cityrelay.run(words, &console)
        return (status, console.output, console.errors)
    }

    private func manifest(_ folder: ScratchFolder) throws -> String {
        let signed = SignedManifest(try BundleSample().manifest(), signatures: [])
        try folder.write(Array(Armour.encode(.manifest, signed.encoded).utf8), to: "manifest")
        return folder.file("manifest")
    }

    @Test func `a bundle is verified in words`() throws {
        let folder = try ScratchFolder()
        let bundle = try BundleSample().bundle([.present, .absent])
        try folder.write(try bundle.json(), to: "bundle.json")
        let path = folder.file("bundle.json")
        let held = run(["verify", path, "--roots", try manifest(folder)])
        #expect(held.status == .success)
        #expect(held.output.contains("fund-account) is on the chain at height 1-22"))
        #expect(held.output.contains("monthsGE: at least 12"))
        #expect(held.output.contains("no fund-account record is on the chain"))
        #expect(held.output.contains("checked:\n"))
        #expect(held.output.contains("(sample version 3), which you gave"))
        let bare = run(["verify", path])
        #expect(bare.status == .unanchored)
        #expect(bare.output.contains("NOTHING OUTSIDE THE BUNDLE"))
        let json = try JSON.parse(
            Array(
                run(["verify", path, "--json", "--roots", bundle.manifest.description]).output.utf8)
        )
        #expect(json["anchored"]?.bool == true)
        #expect(json["parts"]?[0]?["answer"]?.string == "present")
    }

    @Test func `the asking city says what stands in logs for its officer`() throws {
        let folder = try ScratchFolder()
        let path = folder.file("evidence.key")
        try folder.write(Array(String(repeating: "07", count: 32).utf8), to: "evidence.key")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        func reference(_ name: String) -> String {
            run(["audit", "officer", name, "--evidence-key", path]).output
        }
        let key = try SigningKey.ed25519(seed: [UInt8](repeating: 7, count: 32))
        #expect(
            reference("window-3")
                == "\(OfficerReference.digest(of: "window-3", evidenceKey: key))\n")
        #expect(reference("window-3") != reference("window-4"))
        let none = run(["audit", "officer", "window-3", "--evidence-key", folder.file("none")])
        #expect(none.status == .unavailable && none.errors.contains("key/unreadable"))
    }

    @Test func `a bundle is too old at a moment, for a limit, or not`() throws {
        let folder = try ScratchFolder()
        let bundle = try BundleSample().bundle([.present])
        try folder.write(try bundle.json(), to: "bundle.json")
        let words = [
            "verify", folder.file("bundle.json"), "--roots", bundle.manifest.description,
        ]
        let header = try #require(
            try BundleVerifier.verify(bundle, roots: nil).parts.first?.headerTime)
        func at(_ seconds: Int64, _ limit: String) -> (RelayCommand.ExitStatus, String) {
            let moment = RFC3339.format(header.adding(nanoseconds: seconds * 1_000_000_000))
            let result = run(words + ["--max-age", limit, "--at", moment])
            return (result.status, result.output)
        }
        #expect(at(600, "10m").0 == .success)
        let (status, output) = at(601, "10m")
        #expect(status == .negative)
        #expect(output.hasPrefix("REFUSED (bundle/stale): "), "\(output)")
        #expect(output.contains("601 s before"))
        #expect(at(601, "2h").0 == .success)
        #expect(run(words + ["--max-age", "10"]).status == .usage)
        #expect(run(words + ["--at", "2026-07-01T00:00:00Z"]).status == .usage)
    }

    @Test func `a bundle that does not hold is refused with its reason`() throws {
        let folder = try ScratchFolder()
        var bundle = try BundleSample().bundle([.refused])
        bundle.parts[0].entry[90] ^= 1
        try folder.write(try bundle.json(), to: "bundle.json")
        let result = run(["verify", folder.file("bundle.json")])
        #expect(result.status == .negative)
        #expect(result.output.hasPrefix("REFUSED (bundle/entry): part 1: "))
        #expect(run(["verify", folder.file("nothing")]).status == .unavailable)
        #expect(
            run(["verify", folder.file("bundle.json"), "--roots", folder.file("bundle.json")])
                .status == .unavailable)
    }

    /// A log of `count` entries in a store.
    private func log(_ folder: ScratchFolder, _ range: Range<Int>) throws {
        let store = try AccessLogStore(
            path: folder.file("access.db"), owner: AccessSample.provider,
            key: AccessSample.providerKey)
        for number in range {
            let logged = try store.commit(
                [.append(AccessSample.access(number))], at: AccessSample.time(number))
            guard number % 2 == 0 else { continue }
            let receipt = AccessReceipt(
                for: logged[0].leafHash, signedBy: AccessSample.requesterKey)
            try store.commit(
                [.receipt(sequence: logged[0].entry.sequence, signature: receipt.signature)],
                at: AccessSample.time(number))
        }
    }

    @Test func `an auditor lists, exports, verifies, and comes again with the head it saved`()
        throws
    {
        let folder = try ScratchFolder()
        try log(folder, 0..<30)
        let store = ["--store", folder.file("access.db")]
        let officer = AccessSample.officer(2).description
        let list = run(["audit", "list", "--officer", officer, "--outcome", "refused"] + store)
        #expect(list.status == .success)
        #expect(list.output.split(separator: "\n").count == 3)
        #expect(list.output.contains("refused policy/field-not-granted"))
        let owed = run(["audit", "list", "--without-receipt", "--json"] + store)
        let open = try JSON.parse(Array(owed.output.utf8))
        #expect(open["total"]?.int64 == 15)
        #expect(open["entries"]?[0]?["sequence"]?.int64 == 1)
        #expect(open["entries"]?[0]?["receipt"]?.bool == false)

        let (first, seen) = (folder.file("first.json"), folder.file("seen.json"))
        let roots = ["--roots", try manifest(folder)]
        #expect(run(["audit", "prove", "--out", first] + store).status == .success)
        let visit = AccessSample.time(31)
        let verdict = run(["audit", "verify", first, "--save", seen] + roots, now: visit)
        #expect(verdict.status == .success, "\(verdict)")
        #expect(verdict.output.contains("30 entries read from 0 on"))

        try log(folder, 32..<40)
        let second = folder.file("second.json")
        #expect(
            run(["audit", "prove", "--since", seen, "--out", second] + store).status == .success)
        let again = run(["audit", "verify", second, "--seen", seen] + roots)
        #expect(again.status == .success, "\(again)")
        #expect(again.output.contains("8 entries read from 30 on"))
        // Without the head that was kept, nothing is known of what was before.
        let alone = run(["audit", "verify", second] + roots)
        #expect(alone.status == .negative)
        #expect(alone.output.contains("audit/unknown-start"))
    }

    @Test(arguments: [
        "UPDATE access_entry SET record = NULL WHERE sequence = 5",
        "UPDATE access_entry SET officer = zeroblob(32) WHERE sequence = 5",
        "UPDATE access_entry SET purpose = 'x' WHERE sequence = 5",
        "UPDATE access_entry SET time = time - 1 WHERE sequence = 5",
        "DELETE FROM access_entry WHERE sequence = 5",
        "DELETE FROM access_checkpoint WHERE size > 5",
    ])
    func `an entry that was hidden from searches is told to whoever searches`(
        _ change: String
    ) throws {
        let folder = try ScratchFolder()
        try log(folder, 0..<9)
        let store = ["--store", folder.file("access.db")]
        #expect(run(["audit", "list"] + store).status == .success)
        try Database(folder.file("access.db"), .write).execute(change)
        for words in [
            ["audit", "list"], ["audit", "list", "--json", "--purpose", "nothing"],
            ["audit", "prove", "--out", folder.file("export.json")],
        ] {
            let result = run(words + store)
            #expect(result.status == .negative, "\(words)")
            #expect(result.errors.contains("audit/index: entry 5 "), "\(result.errors)")
        }
    }

    @Test(arguments: [0, 4])
    func `a log that was set back is told to whoever looks into it`(_ left: Int) throws {
        let folder = try ScratchFolder()
        try log(folder, 0..<left)
        let old = try folder.read("access.db")
        try log(folder, left..<9)
        let store = ["--store", folder.file("access.db")]
        let commands = [
            ["audit", "list"], ["audit", "list", "--json", "--purpose", "nothing"],
            ["audit", "prove", "--out", folder.file("export.json")],
            ["audit", "prove", "--entry", "3"],
        ]
        for words in commands { #expect(run(words + store).status == .success, "\(words)") }
        try folder.write(old, to: "access.db")
        for words in commands {
            let result = run(words + store)
            #expect(result.status == .negative, "\(words)")
            #expect(result.errors.contains("access/rolled-back: "), "\(result.errors)")
            #expect(result.errors.contains("9 entries"), "\(result.errors)")
            #expect(result.errors.contains("the store has \(left)"), "\(result.errors)")
        }
    }

    @Test func `one entry is proven in the form that other programs read`() throws {
        let folder = try ScratchFolder()
        try log(folder, 0..<9)
        let result = run([
            "audit", "prove", "--entry", "4", "--store", folder.file("access.db"),
        ])
        #expect(result.status == .success)
        let proof = try LogProofText(reading: Array(result.output.utf8))
        var verifier = SignatureVerifier()
        let key = try NoteKey(
            name: AccessSample.provider.accessLogOrigin, algorithm: .ed25519,
            key: AccessSample.providerKey.publicKey.bytes)
        let leaf = try #require(proof.extra)
        let head = try proof.verify(
            leafHash: BinaryMerkle.leafHash(leaf), key: key, &verifier)
        #expect(head.size == 9)
        #expect(try SignedAccessEntry(leaf: leaf).decoded().sequence == 4)
        #expect(
            run(["audit", "prove", "--entry", "9", "--store", folder.file("access.db")]).status
                == .negative)
    }

    @Test func `a log that was written anew behind the auditor's back is found`() throws {
        let folder = try ScratchFolder()
        try log(folder, 0..<12)
        let (first, seen) = (folder.file("first.json"), folder.file("seen.json"))
        let key = ["--key", Hex.encode(AccessSample.providerKey.publicKey.bytes)]
        let store = ["--store", folder.file("access.db")]
        #expect(run(["audit", "prove", "--out", first] + store).status == .success)
        #expect(run(["audit", "verify", first, "--save", seen] + key).status == .success)

        let other = try ScratchFolder()
        try log(other, 1..<20)
        let forged = other.file("forged.json")
        #expect(
            run(["audit", "prove", "--out", forged, "--store", other.file("access.db")]).status
                == .success)
        let result = run(["audit", "verify", forged, "--seen", seen] + key)
        #expect(result.status == .negative)
        #expect(result.output.contains("audit/rewritten"))
        // Everything is signed: without the auditor's own head it looks in order.
        #expect(run(["audit", "verify", forged] + key).status == .success)
        #expect(
            run(["audit", "verify", first, "--key", String(repeating: "0", count: 64)]).status
                == .negative)
        #expect(run(["audit", "verify", first]).status == .usage)
    }
}
