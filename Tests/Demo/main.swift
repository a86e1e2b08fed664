// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc

// relay-demo yangtze [--keep] [--letters N] [--acts NAME,NAME…]
// relay-demo live [--short] [--skip-when-absent]

let arguments = Array(CommandLine.arguments.dropFirst())

func word(after name: String) -> String? {
    guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else {
        return nil
    }
    return arguments[index + 1]
}

do {
    switch arguments.first {
    case "yangtze":
        guard let acts = Act.named(word(after: "--acts") ?? "") else {
            say("acts, in the order of play:")
            for act in Act.all { say("  \(act.name): \(act.title)") }
            exit(64)
        }
        let demo = YangtzeDemo(
            keeps: arguments.contains("--keep"),
            lettersPerRoute: word(after: "--letters").flatMap { Int($0) } ?? 20, acts: acts)
        exit(try demo.run())
    case "live":
        let isShort = arguments.contains("--short")
        let pair = isShort ? LivePair.short() : LivePair.full()
        let directory = FileManager.default.temporaryDirectory.path + "/cityrelay-live"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        guard let ibcgo = try LivePair.program(in: directory) else {
            say("live: ibcgo is not there ($CITYRELAY_LIVE or ../shared/live); nothing was run")
            exit(arguments.contains("--skip-when-absent") ? 0 : 1)
        }
        exit(try pair.run(ibcgo: ibcgo, directory: directory))
    default:
        say(
            "usage: relay-demo yangtze [--keep] [--letters N] [--acts NAME,…] "
                + "| live [--short] [--skip-when-absent]"
        )
        exit(64)
    }
} catch {
    say("demo: \(error)")
    exit(1)
}
