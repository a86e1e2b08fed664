// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import LightClient
import RelayCommand
import RelayLaboratory
import TestSupport
import Testing

/// Several members' machines, each a folder, and the commands as people type them.
struct MemberBench {
    static let start = Timestamp(unixNanoseconds: 1_795_714_206_000_000_000)

    let folder: ScratchFolder
    var now = MemberBench.start

    init() throws {
        folder = try ScratchFolder()
        try write("pass", "correct horse battery staple\n")
        try write("wrong", "not the passphrase at all\n")
    }

    func path(_ name: String) -> String { folder.file(name) }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path(name))), as: UTF8.self)
    }

    /// Words beginning with @ are files of the folder.
    @discardableResult
    func run(
        _ words: String, _ more: [String] = []
    ) -> (status: RelayCommand.ExitStatus, output: String, errors: String) {
        var console = Console(now: now)
        let list = words.split(separator: " ").map { word in
            word.hasPrefix("@") ? path(String(word.dropFirst())) : String(word)
        }
        let status = CommandTree.cityrelay.run(["member"] + list + more, &console)
        return (status, console.output, console.errors)
    }

    /// A member's folder with keys and a finished draft.
    func member(
        _ division: String, _ name: String, _ more: String = ""
    ) throws {
        let made = run(
            "init @\(name) --division \(division) --institution \(division)000000000 --name \(name)"
                + " --endpoint \(name.lowercased()).example:27100 --passphrase-file @pass \(more)")
        #expect(made.status == .success, "\(made.errors)")
        try finishDraft(division, name)
    }

    /// Puts the chain's values into a draft.
    func finishDraft(_ division: String, _ name: String) throws {
        let hash = SHA256.hash(Array(name.utf8)).description
        var draft = try read("\(name)/member.yaml")
        draft = draft.replacing("height: 0", with: "height: 7")
        draft = draft.replacing(String(repeating: "0", count: 64), with: hash)
        draft = draft.replacing("replace-\(division)-1", with: "\(name.lowercased())-\(division)-1")
        try write("\(name)/member.yaml", draft)
    }

    /// Two founders, their requests and the founding manifest at `m1`.
    func found() throws {
        try member("330100", "Hangzhou")
        try member("431300", "Loudi")
        for name in ["Hangzhou", "Loudi"] {
            let made = run("request @\(name) --federation pair --passphrase-file @pass")
            #expect(made.status == .success, "\(made.errors)")
        }
        let founded = approve("Hangzhou", Self.both + " --found pair --next @m1")
        #expect(founded.status == .success, "\(founded.errors)")
    }

    /// Two cities and the ministry, which only supervises; two of three sign the next version.
    func foundWithMinistry() throws {
        try member("330100", "Hangzhou")
        try member("431300", "Loudi")
        let made = run(
            "init @Ministry --division 100000 --institution 100000000000000 --name Ministry "
                + "--supervising --passphrase-file @pass")
        #expect(made.status == .success, "\(made.errors)")
        for name in ["Hangzhou", "Loudi", "Ministry"] {
            let made = run("request @\(name) --federation pair --passphrase-file @pass")
            #expect(made.status == .success, "\(made.errors)")
        }
        let founded = approve(
            "Hangzhou",
            Self.both + " --file @Ministry/request.txt --found pair --quorum 2 --next @m1")
        #expect(founded.status == .success, "\(founded.errors)")
    }

    static let both = "--file @Hangzhou/request.txt --file @Loudi/request.txt"

    /// Approves as a member; its approval goes to NAME.approval.
    @discardableResult
    func approve(
        _ name: String, _ words: String, key: String? = nil, pass: String = "pass"
    ) -> (status: RelayCommand.ExitStatus, output: String, errors: String) {
        run(
            "approve \(words) --key \(key ?? "@\(name)/authority.key") --passphrase-file @\(pass) "
                + "--out @\(name).approval")
    }
}
