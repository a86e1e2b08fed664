// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import TestSupport

/// Finds the files, hands each to its set and prints the table.
struct Judge {
    let paths: [String]
    let isVerbose: Bool

    /// True when nothing disagreed and no file was left unjudged without a reason.
    func run() throws -> Bool {
        var tallies: [String: Tally] = [:]
        var unknown: [String] = []
        for path in paths {
            for file in try files(under: path) {
                let components = file.split(separator: "/").map(String.init)
                guard let set = allSets.first(where: { $0.matches(components) }) else {
                    unknown.append(file)
                    continue
                }
                try set.judge(file, &tallies[set.name, default: Tally()])
            }
        }
        return report(tallies, unknown)
    }

    private func files(under path: String) throws -> [String] {
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CocoaError(.fileNoSuchFile)
        }
        guard isDirectory else { return [path] }
        return try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
            .map { "\(path)/\($0)" }
            .filter { isCase($0) }
    }

    /// Every file but the explanations and the folders themselves.
    private func isCase(_ path: String) -> Bool {
        var isDirectory = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        return !isDirectory && !path.hasSuffix(".md")
    }

    private func report(_ tallies: [String: Tally], _ unknown: [String]) -> Bool {
        var isClean = unknown.isEmpty
        for set in allSets {
            guard let tally = tallies[set.name] else { continue }
            let disagreed = tally.count { if case .disagreed = $0 { true } else { false } }
            let unsupported = tally.count { if case .unsupported = $0 { true } else { false } }
            let stricter = tally.count { if case .stricter = $0 { true } else { false } }
            let agreed = tally.cases.count - disagreed - unsupported - stricter
            print(
                "\(set.name): \(tally.cases.count) cases, \(agreed) agreed, "
                    + "\(disagreed) disagreed, \(unsupported) unsupported, "
                    + "\(stricter) stricter on purpose")
            isClean = isClean && disagreed == 0
            if isVerbose { explain(tally) }
        }
        for file in unknown { print("unknown: \(file)") }
        return isClean
    }

    private func explain(_ tally: Tally) {
        for (id, outcome) in tally.cases {
            switch outcome {
            case .agreed: continue
            case .disagreed(let why): print("  disagreed \(id): \(why)")
            case .unsupported(let what): print("  unsupported \(id): \(what)")
            case .stricter(let decision): print("  stricter \(id): \(decision)")
            }
        }
    }
}
