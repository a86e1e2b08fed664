// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc

// relay-demo yangtze [--keep] [--letters N] [--acts NAME,NAME…]
// relay-demo live [--short] [--skip-when-absent]

Interruption.watch()
do {
    let options = try DemoOptions(Array(CommandLine.arguments.dropFirst()))
    switch options.command {
    case .yangtze(let keeps, let letters, let acts):
        exit(try YangtzeDemo(keeps: keeps, lettersPerRoute: letters, acts: acts).run())
    case .live(let isShort, let skipsWhenAbsent):
        let directory = FileManager.default.temporaryDirectory.path + "/cityrelay-live"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        guard let ibcgo = try LivePair.program(in: directory) else {
            say("live: ibcgo is not there ($CITYRELAY_LIVE or ../shared/live); nothing was run")
            exit(skipsWhenAbsent ? 0 : 1)
        }
        let pair = isShort ? LivePair.short() : LivePair.full()
        exit(try pair.run(ibcgo: ibcgo, directory: directory))
    }
} catch let error as DemoOptions.Wrong {
    say("demo: \(error)")
    exit(64)
} catch {
    say("demo: \(error)")
    exit(1)
}
