// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// How configuration files are read: from the disk, or from values in a test.
package struct ConfigurationFiles: Sendable {
    /// The bytes of a file; nil when it cannot be read.
    private let read: @Sendable (String) -> [UInt8]?
    private let readBounded: @Sendable (String, Int) -> [UInt8]?
    private let isThere: @Sendable (String) -> Bool

    package static let disk = ConfigurationFiles(
        read: { path in
            do throws(BoundedFile.Fault) {
                return try BoundedFile.read(path, atMost: YAMLReader.maxFileBytes)
            } catch {
                // One byte too many is enough for the reader to refuse it.
                return error == .tooLarge
                    ? [UInt8](repeating: 0x20, count: YAMLReader.maxFileBytes + 1) : nil
            }
        },
        exists: { FileManager.default.fileExists(atPath: $0) },
        readBounded: { path, limit in try? BoundedFile.read(path, atMost: limit) })

    package init(
        read: @escaping @Sendable (String) -> [UInt8]?,
        exists: @escaping @Sendable (String) -> Bool,
        readBounded: (@Sendable (String, Int) -> [UInt8]?)? = nil
    ) {
        self.read = read
        self.readBounded = readBounded ?? { path, _ in read(path) }
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
        readBounded(path, limit).flatMap { $0.count <= limit ? $0 : nil }
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
