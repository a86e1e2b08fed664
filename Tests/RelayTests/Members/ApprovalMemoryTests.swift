// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import RelayCommand
import TestSupport
import Testing

/// What an authority's key has approved is known to it by whichever name it is called.
@Suite struct ApprovalMemoryTests {
    @Test func `a key by another name remembers what it approved`() throws {
        let bench = try MemberBench()
        try bench.found()
        try bench.member("320100", "Nanjing")
        bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        let join = "--file @Nanjing/request.txt --manifest @m1"
        #expect(bench.approve("Loudi", join).status == .success)
        let files = FileManager.default
        try files.createSymbolicLink(
            atPath: bench.path("link.key"), withDestinationPath: bench.path("Loudi/authority.key"))
        try files.createSymbolicLink(
            atPath: bench.path("second.key"), withDestinationPath: "link.key")
        for name in ["link.key", "second.key", "Loudi/../link.key"] {
            let words =
                "suspend 330100/330100000000000 --manifest @m1 --key @\(name) "
                + "--passphrase-file @pass --out @p --reason audit"
            let stopped = bench.run(words)
            #expect(stopped.status == .negative, "\(name)")
            #expect(stopped.errors.contains("member/approved-another"), "\(stopped.errors)")
        }
        #expect(!MemberBenchFiles.exists(bench.path("link.key.approved")))
        // A line that a crash cut off hides nothing and spoils nothing.
        let memory = try bench.read("Loudi/authority.key.approved")
        try bench.write("Loudi/authority.key.approved", memory + "2 0123")
        #expect(bench.approve("Loudi", join, key: "@second.key").status == .success)
        #expect(try bench.read("Loudi/authority.key.approved").hasPrefix(memory + "2 0123"))
    }

    @Test func `of two approvals at once, of two versions of one number, one is refused`()
        async throws
    {
        let bench = try MemberBench()
        try bench.found()
        try bench.member("320100", "Nanjing")
        bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        let words =
            "330100/330100000000000 --manifest @m1 --key @Loudi/authority.key "
            + "--passphrase-file @pass --reason audit --out"
        for round in 0..<8 {
            try? FileManager.default.removeItem(
                atPath: bench.path("Loudi/authority.key.approved"))
            let answers = await withTaskGroup(of: Bool.self) { group in
                for (place, kind) in ["suspend", "revoke"].enumerated() {
                    group.addTask {
                        bench.run("\(kind) \(words) @\(round)-\(place)").status == .success
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0 } == 1, "round \(round): \(answers)")
        }
    }
}
