// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import TestSupport

/// The repository's Swift sources, read once.
enum SourceTree {
    struct File: Sendable, CustomStringConvertible {
        /// From the repository's root.
        let path: String
        let lines: [String]

        var description: String { path }

        /// Modules that the file imports, whatever the access level before the word.
        var imports: Set<String> {
            var found: Set<String> = []
            for line in lines {
                let words = line.split(separator: " ").map(String.init)
                guard let place = words.firstIndex(of: "import"), place <= 1,
                    place + 1 < words.count
                else { continue }
                let kinds: Set<String> = [
                    "struct", "class", "enum", "protocol", "func", "let", "var",
                ]
                let name = kinds.contains(words[place + 1]) ? words.last ?? "" : words[place + 1]
                found.insert(String(name.split(separator: ".").first ?? ""))
            }
            return found
        }
    }

    static let files: [File] = {
        var files: [File] = []
        for folder in ["Sources", "Tests"] {
            let paths =
                (try? FileManager.default.subpathsOfDirectory(atPath: "\(Corpus.root)/\(folder)"))
                ?? []
            for path in paths.sorted() where path.hasSuffix(".swift") {
                let bytes = (try? Corpus.read("\(Corpus.root)/\(folder)/\(path)")) ?? []
                let text = String(decoding: bytes, as: UTF8.self)
                files.append(
                    File(
                        path: "\(folder)/\(path)",
                        lines: text.split(separator: "\n", omittingEmptySubsequences: false)
                            .map(String.init)))
            }
        }
        return files
    }()

    static func files(under folders: [String]) -> [File] {
        files.filter { file in folders.contains { file.path.hasPrefix($0 + "/") } }
    }
}
