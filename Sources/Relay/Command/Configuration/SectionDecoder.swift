// SPDX-License-Identifier: Apache-2.0

/// What decoding gathers besides values: findings, and where each key path stood.
struct DecodingContext {
    let file: String
    var findings: [Finding] = []
    var marks: [String: Mark] = [:]

    init(file: String) { self.file = file }

    mutating func add(
        _ mark: Mark, _ path: String, _ problem: String, _ remedy: String, isWarning: Bool = false
    ) {
        findings.append(
            Finding(
                file: file, mark: mark, path: path, isWarning: isWarning, problem: problem,
                remedy: remedy))
    }

    /// The mark of a key path, or of the nearest path above it that stands in the file.
    func mark(of path: String) -> Mark {
        var path = Substring(path)
        while !path.isEmpty {
            if let mark = marks[String(path)] { return mark }
            guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { break }
            path = path[..<cut]
        }
        return .start
    }
}

/// Reads the keys of one mapping, each as its declaration says. A key that is wrong becomes a
/// finding and reads as nil; reading goes on, so that one run shows them all.
struct SectionDecoder {
    let path: String
    let mark: Mark
    private let section: ConfigurationSection
    private let entries: [String: YAMLEntry]

    /// Reports keys that the section does not have. A node that is no mapping reads as an empty
    /// one.
    init(
        _ node: YAMLNode, _ section: ConfigurationSection, path: String,
        _ context: inout DecodingContext
    ) {
        self.path = path
        self.section = section
        mark = node.mark
        var entries: [String: YAMLEntry] = [:]
        if case .mapping(let list) = node.content {
            for entry in list {
                let name = entry.key.text
                let place = path.isEmpty ? name : "\(path).\(name)"
                context.marks[place] = entry.key.mark
                if section.keys.contains(where: { $0.name == name }) {
                    entries[name] = entry
                } else {
                    context.add(
                        entry.key.mark, place, "there is no key \"\(name)\" here",
                        SectionDecoder.suggestion(for: name, among: section.keys))
                }
            }
        } else {
            let names = section.keys.map(\.name).joined(separator: ", ")
            context.add(node.mark, path, "keys and values are expected here", "its keys: \(names)")
        }
        self.entries = entries
    }

    func place(_ key: ConfigurationKey) -> String {
        path.isEmpty ? key.name : "\(path).\(key.name)"
    }

    func has(_ key: ConfigurationKey) -> Bool { entries[key.name] != nil }

    /// A scalar value, or the key's standard one; nil when it is absent or wrong.
    func value<Value>(
        _ key: ConfigurationKey, _ context: inout DecodingContext,
        _ parse: (YAMLScalar) throws(Complaint) -> Value
    ) -> Value? {
        guard let entry = entries[key.name] else {
            if case .standard(let text) = key.presence {
                let isCode = key.kind == .code || key.kind == .hash
                return try? parse(YAMLScalar(text: text, isPlain: !isCode, mark: mark))
            }
            reportMissing(key, &context)
            return nil
        }
        return scalar(entry.value, place(key), &context, parse)
    }

    /// A whole number within bounds.
    func integer(
        _ key: ConfigurationKey, in range: ClosedRange<UInt64>, _ context: inout DecodingContext
    ) -> UInt64? {
        value(key, &context) { scalar throws(Complaint) in
            let number = try ScalarParser.integer(scalar)
            guard range.contains(number) else {
                throw Complaint(
                    "\(number) is outside \(range.lowerBound) to \(range.upperBound)",
                    "choose a number in between")
            }
            return number
        }
    }

    /// A time, in nanoseconds, within bounds given in milliseconds.
    func duration(
        _ key: ConfigurationKey, milliseconds range: ClosedRange<Int64>,
        _ context: inout DecodingContext
    ) -> Int64? {
        value(key, &context) { scalar throws(Complaint) in
            let time = try ScalarParser.duration(scalar)
            guard range.contains(time / 1_000_000) else {
                throw Complaint(
                    "\(scalar.text) is outside \(range.lowerBound)ms to \(range.upperBound / 1000)s",
                    "choose a time in between")
            }
            return time
        }
    }

    /// One of the words that the key's kind lists.
    func choice(_ key: ConfigurationKey, _ context: inout DecodingContext) -> String? {
        guard case .choice(let words) = key.kind else { return nil }
        return value(key, &context) { scalar throws(Complaint) in
            guard words.contains(scalar.text) else {
                throw Complaint(
                    "\"\(scalar.text)\" is not known here",
                    "one of: \(words.joined(separator: ", "))")
            }
            return scalar.text
        }
    }

    /// The items of a list, wrong ones left out.
    func list<Value>(
        _ key: ConfigurationKey, _ context: inout DecodingContext,
        _ parse: (YAMLScalar) throws(Complaint) -> Value
    ) -> [Value]? {
        guard let items = nodes(key, &context) else { return nil }
        var values: [Value] = []
        for (index, item) in items.enumerated() {
            let path = "\(place(key))[\(index)]"
            context.marks[path] = item.mark
            if let value = scalar(item, path, &context, parse) { values.append(value) }
        }
        return values
    }

    /// The nodes of a list; nil when the key is absent or holds no list.
    func nodes(_ key: ConfigurationKey, _ context: inout DecodingContext) -> [YAMLNode]? {
        guard let entry = entries[key.name] else {
            reportMissing(key, &context)
            return nil
        }
        guard case .sequence(let items) = entry.value.content else {
            context.add(
                entry.value.mark, place(key), "a list is expected here", "begin each item with `- `"
            )
            return nil
        }
        return items
    }

    /// The decoder of a section below; nil when it is absent.
    func section(
        _ key: ConfigurationKey, _ section: ConfigurationSection, _ context: inout DecodingContext
    ) -> SectionDecoder? {
        guard let entry = entries[key.name] else {
            reportMissing(key, &context)
            return nil
        }
        return SectionDecoder(entry.value, section, path: place(key), &context)
    }

    private func scalar<Value>(
        _ node: YAMLNode, _ path: String, _ context: inout DecodingContext,
        _ parse: (YAMLScalar) throws(Complaint) -> Value
    ) -> Value? {
        guard case .scalar(let scalar) = node.content else {
            context.add(
                node.mark, path, "a single value is expected here", "write it behind the colon")
            return nil
        }
        do throws(Complaint) {
            return try parse(scalar)
        } catch {
            context.add(node.mark, path, error.problem, error.remedy)
            return nil
        }
    }

    private func reportMissing(_ key: ConfigurationKey, _ context: inout DecodingContext) {
        guard key.presence == .required else { return }
        let example = key.example.isEmpty ? "" : ", such as `\(key.name): \(key.example)`"
        context.add(mark, place(key), "the key is missing", "add it\(example)")
    }

    private static func suggestion(for name: String, among keys: [ConfigurationKey]) -> String {
        if let near = Spelling.nearest(to: name, among: keys.map(\.name)) {
            return "did you mean \"\(near)\"?"
        }
        return "its keys: \(keys.map(\.name).joined(separator: ", "))"
    }
}
