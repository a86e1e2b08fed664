// SPDX-License-Identifier: Apache-2.0

/// The acts of a run, played one after the other, and what is to be told of them.
struct Programme {
    let acts: [Act]
    private var played: [(act: Act, milliseconds: Int)] = []

    /// An act that did not go as it should.
    struct Broken: Error {
        let act: Act
        let milliseconds: Int
        let cause: any Error
    }

    init(_ acts: [Act]) { self.acts = acts }

    mutating func play(on stage: Stage) throws(Broken) {
        for act in acts {
            say("\n== \(act.name): \(act.title)")
            let begun = ContinuousClock.now
            do {
                try act.play(stage)
            } catch {
                throw Broken(
                    act: act, milliseconds: World.milliseconds(since: begun), cause: error)
            }
            played.append((act, World.milliseconds(since: begun)))
        }
    }

    var playedNames: [String] { played.map(\.act.name) }

    /// One line an act: its seconds, and what it asserted.
    func table(wholeRun milliseconds: Int) -> String {
        var lines = [Programme.line("act", "seconds", "asserted")]
        for (act, milliseconds) in played {
            lines.append(Programme.line(act.name, Programme.seconds(milliseconds), act.asserts))
        }
        lines.append(
            Programme.line(
                "whole run", Programme.seconds(milliseconds),
                "\(played.count) act\(played.count == 1 ? "" : "s"), with setting up"))
        return lines.joined(separator: "\n")
    }

    static func seconds(_ milliseconds: Int) -> String {
        "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100)"
    }

    private static func line(_ name: String, _ seconds: String, _ text: String) -> String {
        name + String(repeating: " ", count: max(1, 22 - name.count - seconds.count)) + seconds
            + "  " + text
    }
}
