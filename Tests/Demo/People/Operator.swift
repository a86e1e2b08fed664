// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The engineer at three in the morning: asks one city's relay, and waits for what it should say.
struct Operator {
    let world: World
    let city: City

    /// Seconds in which a relay must have noticed.
    private static let patience = 60

    /// The output of a command, once it holds every one of the words. Line breaks count as blanks:
    /// screens are wrapped at 80 columns.
    @discardableResult
    func ask(_ words: [String], until expected: [String]) throws -> String {
        var output = ""
        for _ in 0..<(Operator.patience * 2) {
            output = try world.command(city, words).output
            let flat = output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            if expected.allSatisfy({ flat.contains($0) }) { return output }
            usleep(500_000)
        }
        throw World.Failure(
            description: "\(city.name): cityrelay \(words.joined(separator: " ")) never said "
                + "\(expected); the last was:\n\(output)")
    }

    /// Does something by hand, which must succeed.
    func order(
        _ words: [String], because reason: String, as person: String = "wang"
    ) throws {
        let (status, output) = try world.command(
            city, words + ["--reason", reason], as: person)
        guard status == 0 else {
            throw World.Failure(
                description: "\(city.name): cityrelay \(words.joined(separator: " ")) ended with "
                    + "\(status):\n\(output)")
        }
    }

    /// Waits until `status` ends with this exit status, as a monitor would see it.
    func waitForStatus(_ expected: Int32) throws {
        var last: (status: Int32, output: String) = (-1, "")
        for _ in 0..<(Operator.patience * 2) {
            last = try world.command(city, ["status"])
            if last.status == expected { return }
            usleep(500_000)
        }
        throw World.Failure(
            description: "\(city.name): status ended with \(last.status), not \(expected):\n"
                + last.output)
    }
}
