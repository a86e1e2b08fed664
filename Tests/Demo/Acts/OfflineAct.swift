// SPDX-License-Identifier: Apache-2.0

import LightClient

extension Act {
    static let offline = Act(
        name: "offline",
        title: "all relays stop; two programs that share no code verify the clerk's bundle",
        asserts: "Swift and Python verify a bundle, refuse a changed one"
    ) { stage in
        let (desk, near, far) = try stage.hall()
        let world = stage.world
        let answer = try desk.ask(
            mixedQuestions(near, far, stage.person(0, of: near)), caseNumber: "HZ-2026-0006")
        guard let bundle = answer.body["bundle"] else {
            throw World.Failure(description: "no bundle in \(answer.text)")
        }
        let path = "\(world.directory)/bundle.json"
        try world.write(bundle.line, to: path)
        try world.stopRelays()
        try world.write(try bent(bundle).line, to: "\(world.directory)/bent.json")

        let verified = try world.tool(["verify", path] + world.roots)
        let words = verified.output
        try stage.require(
            verified.status == 0 && words.contains("monthsGE: at least 12")
                && words.contains("no drivers-licence record is on the chain")
                && words.contains("refused, policy/not-shared"),
            "the bundle verifies without a relay", shown: words)
        say("· cityrelay verify, no relay running (\(bundle.line.utf8.count) bytes):")
        for line in words.split(separator: "\n").prefix(5) { say("    \(line)") }

        let python = try world.python(["Tests/Verifier/verify_bundle.py", path] + world.roots)
        try stage.require(
            python.status == 0 && python.output.contains("no such drivers-licence record"),
            "the Python verifier agrees", shown: python.output)
        say("· Tests/Verifier/verify_bundle.py agrees")

        let refused = try world.tool(["verify", "\(world.directory)/bent.json"] + world.roots)
        let alike = try world.python(
            ["Tests/Verifier/verify_bundle.py", "\(world.directory)/bent.json"] + world.roots)
        try stage.require(
            refused.status == 1 && alike.status == 1, "both refuse a changed value",
            shown: refused.output + alike.output)
        say("· one value changed: \(refused.output.prefix { $0 != "\n" })")
        try world.startRelaysAgain()
        try desk.waitForCities()
    }

    /// The bundle with a disclosed threshold raised by one month.
    private static func bent(_ bundle: StrictJSON) throws -> StrictJSON {
        let text = bundle.line
        let other = text.replacing(#""atLeast":12"#, with: #""atLeast":13"#)
        guard other != text else {
            throw World.Failure(description: "the bundle shows no threshold: \(text.prefix(2_000))")
        }
        return try StrictJSON(reading: Array(other.utf8))
    }
}
