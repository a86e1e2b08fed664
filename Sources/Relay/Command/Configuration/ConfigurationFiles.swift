// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// How configuration files are read: from the disk, or from values in a test.
package struct ConfigurationFiles: Sendable {
    /// The bytes of a file; nil when it cannot be read.
    private let read: @Sendable (String) -> [UInt8]?
    private let readAll: @Sendable (String) -> [UInt8]?
    private let isThere: @Sendable (String) -> Bool

    package static let disk = ConfigurationFiles(
        read: { path in
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            // The size's type differs between systems: on Linux it is no Int.
            let value = attributes?[.size] as? any BinaryInteger
            let size = value.map { Int(clamping: $0) } ?? 0
            // One byte too many is enough for the reader to refuse it.
            guard size <= YAMLReader.maxFileBytes else {
                return [UInt8](repeating: 0x20, count: YAMLReader.maxFileBytes + 1)
            }
            return (try? Data(contentsOf: URL(filePath: path))).map { Array($0) }
        },
        exists: { FileManager.default.fileExists(atPath: $0) },
        readAll: { path in (try? Data(contentsOf: URL(filePath: path))).map { Array($0) } })

    package init(
        read: @escaping @Sendable (String) -> [UInt8]?,
        exists: @escaping @Sendable (String) -> Bool,
        readAll: (@Sendable (String) -> [UInt8]?)? = nil
    ) {
        self.read = read
        self.readAll = readAll ?? read
        isThere = exists
    }

    /// Files by their path.
    package init(_ contents: [String: String]) {
        self.init(
            read: { path in contents[path].map { Array($0.utf8) } },
            exists: { path in contents[path] != nil })
    }

    /// The bytes of a file that is no YAML; nil when it cannot be read or is too long.
    package func bytes(_ path: String, atMost limit: Int) -> [UInt8]? {
        readAll(path).flatMap { $0.count <= limit ? $0 : nil }
    }

    package func exists(_ path: String) -> Bool { isThere(path) }

    /// A path as the file that names it means it.
    package func resolve(_ path: String, besides file: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let slash = file.lastIndex(of: "/") else { return path }
        return String(file[...slash]) + path
    }

    /// The file's document, and what is wrong with it as YAML.
    func document(_ path: String) -> (root: YAMLNode?, findings: [Finding]) {
        guard let bytes = read(path) else {
            let finding = Finding(
                file: path, mark: .start, path: "", problem: "the file cannot be read",
                remedy: exists(path) ? "check its permissions" : "check the path")
            return (nil, [finding])
        }
        let (root, findings) = YAMLReader.read(bytes, file: path)
        if root == nil, findings.isEmpty {
            let finding = Finding(
                file: path, mark: .start, path: "", problem: "the file is empty",
                remedy: "`cityrelay config reference` prints all keys with examples")
            return (nil, [finding])
        }
        return (root, findings)
    }
}
