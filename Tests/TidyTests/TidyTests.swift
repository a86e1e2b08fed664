// SPDX-License-Identifier: Apache-2.0

import Testing

/// The house style, as far as a machine can read it.
@Suite struct `The tree is tidy` {
    /// Lines of one file; the target is 150.
    static let maxLines = 400
    static let maxColumns = 100
    static let pure = ["Sources/LightClient", "Sources/Federation", "Sources/Relay/Engine"]

    @Test func `there are sources to look at`() {
        #expect(SourceTree.files.count > 200)
    }

    @Test func `every file begins with its licence`() {
        for file in SourceTree.files {
            #expect(
                file.lines.first == "// SPDX-License-Identifier: Apache-2.0"
                    || file.lines.first?.hasPrefix("// swift-tools-version") == true,
                "\(file)")
        }
    }

    @Test func `no file is longer than the house allows`() {
        for file in SourceTree.files { #expect(file.lines.count <= Self.maxLines + 1, "\(file)") }
    }

    /// A text on a line of its own may be wider: cut in two, nobody finds it by searching.
    static let maxTextColumns = 116

    @Test func `no line is wider than a hundred columns`() {
        for file in SourceTree.files {
            for (index, line) in file.lines.enumerated() where line.count > Self.maxColumns {
                let code = line.drop { $0 == " " }
                let isText = code.hasPrefix("\"") || code.hasPrefix("+ \"")
                if isText && line.count <= Self.maxTextColumns { continue }
                Issue.record("\(file):\(index + 1) has \(line.count) columns")
            }
        }
    }

    @Test func `nothing is left to do and nothing traps on purpose`() {
        let words = ["TO" + "DO", "FIX" + "ME", "fatal" + "Error(", "try" + "!", " as" + "! "]
        for file in SourceTree.files {
            for (index, line) in file.lines.enumerated() {
                for word in words where line.contains(word) {
                    Issue.record("\(file):\(index + 1) holds \(word)")
                }
            }
        }
    }

    @Test func `the pure layers import nothing that reaches outside`() {
        let allowed: Set<String> = ["LightClient", "Federation", "COpenSSL", "CSecp256k1"]
        for file in SourceTree.files(under: Self.pure) {
            #expect(file.imports.subtracting(allowed).isEmpty, "\(file): \(file.imports)")
        }
    }

    @Test func `the pure layers hold no async code, no thread and no global variable`() {
        for file in SourceTree.files(under: Self.pure) {
            for (index, line) in file.lines.enumerated() where !line.contains("//") {
                let isGlobal = line.hasPrefix("var ") || line.hasPrefix("public var ")
                let words = line.split(separator: " ")
                let isAsync =
                    !line.contains("\"") && (words.contains("async") || words.contains("await"))
                #expect(!isGlobal && !isAsync, "\(file):\(index + 1)")
            }
        }
    }

    @Test func `OpenSSL and libsecp256k1 are called in one file each`() {
        let callers = ["COpenSSL": "OpenSSL.swift", "CSecp256k1": "Secp256k1.swift"]
        for file in SourceTree.files(under: ["Sources/LightClient", "Sources/Federation"]) {
            for (library, caller) in callers where file.imports.contains(library) {
                #expect(file.path.hasSuffix("/Crypto/\(caller)"), "\(file) imports \(library)")
            }
        }
    }

    @Test func `no relay target knows the embedded chain`() {
        for file in SourceTree.files(under: ["Sources/Relay"]) {
            #expect(!file.imports.contains("CityChain"), "\(file)")
        }
    }

    @Test func `unsafe code says why at the head of its file`() {
        let folders = ["Sources/Relay", "Sources/CityChain", "Sources/LightClient"]
        for file in SourceTree.files(under: folders) {
            let isUnsafe = file.lines.contains { line in
                let code = line.split(separator: "//", maxSplits: 1).first.map(String.init) ?? ""
                return code.contains("unsafe ") && !line.hasPrefix("//")
            }
            guard isUnsafe else { continue }
            #expect(
                file.lines.contains { $0.hasPrefix("// Unsafe") || $0.hasPrefix("/// Unsafe") },
                "\(file)")
        }
    }

    @Test func `every unchecked Sendable brings its proof`() {
        for file in SourceTree.files(under: ["Sources"]) {
            for (index, line) in file.lines.enumerated()
            where line.contains("@unchecked Sendable {") {
                let before = file.lines[max(0, index - 16)..<index]
                #expect(
                    before.contains {
                        $0.contains("@unchecked Sendable") || $0.contains("because")
                    },
                    "\(file):\(index + 1)")
            }
        }
    }
}
