// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import RelayCommand
import TestSupport
import Testing

@Suite struct `A member that only supervises` {
    @Test func `has one key, and a draft without chain and relay`() throws {
        let bench = try MemberBench()
        try bench.foundWithMinistry()
        let files = try FileManager.default.contentsOfDirectory(atPath: bench.path("Ministry"))
        #expect(files.filter { $0.hasSuffix(".key") } == ["authority.key"])
        #expect(!files.contains("relay.csr"))
        #expect(!(try bench.read("Ministry/member.yaml")).contains("chain:"))
        let list = bench.run("list --manifest @m1")
        #expect(list.output.contains("100000/100000000000000"))
        let show = bench.run("show 100000/100000000000000 --manifest @m1")
        #expect(show.output.contains("supervises: no chain and no relay"))
        #expect(!show.output.contains("relay at"))
    }

    @Test func `cannot be reached and cannot rehearse, and rotates its one key`() throws {
        let bench = try MemberBench()
        try bench.foundWithMinistry()
        let both = bench.run(
            "init @Other --division 100000 --institution 100000000000000 --name Other "
                + "--supervising --endpoint other.example:1 --passphrase-file @pass")
        #expect(both.status == .negative && both.errors.contains("member/supervising"))
        let rehearsed = bench.run("rehearse @Ministry --node http://127.0.0.1:1")
        #expect(rehearsed.status == .negative && rehearsed.errors.contains("member/supervising"))
        let relay = bench.run("rotate relay @Ministry --manifest @m1 --passphrase-file @pass")
        #expect(relay.status == .negative && relay.errors.contains("member/supervising"))
        let own = bench.run("rotate authority @Ministry --manifest @m1 --passphrase-file @pass")
        #expect(own.status == .success, "\(own.errors)")
    }

    @Test func `an endpoint in its draft alone is refused`() throws {
        let bench = try MemberBench()
        try bench.foundWithMinistry()
        let draft = try bench.read("Ministry/member.yaml")
        try bench.write("Ministry/member.yaml", draft + "endpoints: [\"ministry.example:1\"]\n")
        let asked = bench.run("request @Ministry --manifest @m1 --passphrase-file @pass")
        #expect(asked.status == .negative)
    }
}
