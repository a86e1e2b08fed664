// SPDX-License-Identifier: Apache-2.0

internal import CYAML

// Unsafe: libyaml hands out events as C unions and text as pointers. Both are copied into values
// here; no pointer leaves this file.

/// Reads one YAML document into nodes with their marks, and refuses what a configuration never
/// needs: anchors, aliases, tags, directives, several documents, keys that are no plain text.
@safe struct YAMLReader {
    /// A topology of 1,024 members takes about 1 MiB.
    static let maxFileBytes = 4 << 20
    /// Our deepest key is six levels down.
    static let maxDepth = 16
    /// 1,024 members with 30 values each, and as many routes again.
    static let maxNodes = 200_000

    private let file: String
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var nodes = 0
    private var findings: [Finding] = []

    /// The document's root, nil where there is none or the syntax is broken, and all findings.
    static func read(_ bytes: [UInt8], file: String) -> (root: YAMLNode?, findings: [Finding]) {
        guard bytes.count <= maxFileBytes else {
            let finding = Finding(
                file: file, mark: .start, path: "",
                problem: "the file has \(bytes.count) bytes, more than \(maxFileBytes)",
                remedy: "a configuration file is small: is this the right file?")
            return (nil, [finding])
        }
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { unsafe parser.deallocate() }
        unsafe parser.initialize(to: yaml_parser_t())
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            let finding = Finding(
                file: file, mark: .start, path: "", problem: "no memory for the YAML parser",
                remedy: "free memory and try again")
            return (nil, [finding])
        }
        defer { unsafe yaml_parser_delete(parser) }
        return unsafe bytes.withUnsafeBufferPointer { input in
            unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
            unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
            var reader = unsafe YAMLReader(file: file, parser: parser)
            let root = reader.document()
            return (root, reader.findings)
        }
    }

    private init(file: String, parser: UnsafeMutablePointer<yaml_parser_t>) {
        self.file = file
        unsafe self.parser = parser
    }

    private mutating func add(_ mark: Mark, _ problem: String, _ remedy: String) {
        findings.append(
            Finding(file: file, mark: mark, path: "", problem: problem, remedy: remedy))
    }

    /// What an event means to us, without its C union.
    private enum Event {
        case documentStart(hasDirectives: Bool)
        case alias
        case scalar(YAMLScalar)
        case sequenceStart
        case mappingStart
        case end
        case other
    }

    /// Nil at a syntax error, which is then a finding.
    private mutating func next() -> (event: Event, mark: Mark)? {
        var raw = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &raw) == 1 else {
            let mark = unsafe YAMLReader.mark(parser.pointee.problem_mark)
            let problem = unsafe YAMLReader.text(parser.pointee.problem) ?? "unreadable"
            add(mark, "no YAML: \(problem)", "correct the syntax; indent with spaces, two a level")
            return nil
        }
        defer { unsafe yaml_event_delete(&raw) }
        let mark = unsafe YAMLReader.mark(raw.start_mark)
        switch unsafe raw.type {
        case YAML_DOCUMENT_START_EVENT:
            let start = unsafe raw.data.document_start
            let tags = unsafe start.tag_directives.start != start.tag_directives.end
            let version = unsafe start.version_directive != nil
            return (.documentStart(hasDirectives: tags || version), mark)
        case YAML_ALIAS_EVENT: return (.alias, mark)
        case YAML_SCALAR_EVENT:
            let scalar = unsafe raw.data.scalar
            unsafe refuse(anchor: scalar.anchor, tag: scalar.tag, at: mark)
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let text = unsafe String(decoding: bytes, as: UTF8.self)
            let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
            return (.scalar(YAMLScalar(text: text, isPlain: isPlain, mark: mark)), mark)
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe raw.data.sequence_start
            unsafe refuse(anchor: start.anchor, tag: start.tag, at: mark)
            return (.sequenceStart, mark)
        case YAML_MAPPING_START_EVENT:
            let start = unsafe raw.data.mapping_start
            unsafe refuse(anchor: start.anchor, tag: start.tag, at: mark)
            return (.mappingStart, mark)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT, YAML_STREAM_END_EVENT:
            return (.end, mark)
        default: return (.other, mark)
        }
    }

    private mutating func refuse(
        anchor: UnsafeMutablePointer<yaml_char_t>?, tag: UnsafeMutablePointer<yaml_char_t>?,
        at mark: Mark
    ) {
        if unsafe anchor != nil {
            add(mark, "anchors (&name) are not taken", "write the value out where it is needed")
        }
        if unsafe tag != nil {
            add(mark, "tags (!name) are not taken", "remove the tag; each key has one fixed type")
        }
    }

    private mutating func document() -> YAMLNode? {
        var root: YAMLNode?
        var documents = 0
        while let (event, mark) = next() {
            switch event {
            case .end: return root
            case .documentStart(let hasDirectives):
                documents += 1
                if hasDirectives {
                    add(mark, "directives (%YAML, %TAG) are not taken", "remove the line")
                }
                guard documents == 1 else {
                    add(mark, "a second document begins here", "keep one document a file")
                    return root
                }
                guard let (first, at) = next(), let node = node(first, at, depth: 1) else {
                    return nil
                }
                root = node
            default: continue
            }
        }
        return nil
    }

    /// Nil when the rest of the document cannot be read.
    private mutating func node(_ event: Event, _ mark: Mark, depth: Int) -> YAMLNode? {
        nodes += 1
        guard nodes <= YAMLReader.maxNodes else {
            add(mark, "more than \(YAMLReader.maxNodes) values", "split the federation")
            return nil
        }
        guard depth <= YAMLReader.maxDepth else {
            add(mark, "nested deeper than \(YAMLReader.maxDepth)", "no key is that deep")
            return nil
        }
        switch event {
        case .scalar(let scalar): return YAMLNode(mark: mark, content: .scalar(scalar))
        case .alias:
            add(mark, "aliases (*name) are not taken", "write the value out where it is needed")
            let empty = YAMLScalar(text: "", isPlain: true, mark: mark)
            return YAMLNode(mark: mark, content: .scalar(empty))
        case .sequenceStart: return sequence(mark, depth)
        case .mappingStart: return mapping(mark, depth)
        default: return nil
        }
    }

    private mutating func sequence(_ mark: Mark, _ depth: Int) -> YAMLNode? {
        var items: [YAMLNode] = []
        while let (event, at) = next() {
            if case .end = event { return YAMLNode(mark: mark, content: .sequence(items)) }
            guard let item = node(event, at, depth: depth + 1) else { return nil }
            items.append(item)
        }
        return nil
    }

    private mutating func mapping(_ mark: Mark, _ depth: Int) -> YAMLNode? {
        var entries: [YAMLEntry] = []
        var seen: [String: Mark] = [:]
        while let (event, at) = next() {
            if case .end = event { return YAMLNode(mark: mark, content: .mapping(entries)) }
            guard let key = node(event, at, depth: depth + 1), let (second, place) = next(),
                let value = node(second, place, depth: depth + 1)
            else { return nil }
            guard case .scalar(let name) = key.content else {
                add(at, "a key that is no text", "keys are plain words")
                continue
            }
            if let first = seen[name.text] {
                add(
                    at, "key \"\(name.text)\" is given twice, first in line \(first.line)",
                    "keep one of them")
                continue
            }
            seen[name.text] = at
            entries.append(YAMLEntry(key: name, value: value))
        }
        return nil
    }

    private static func mark(_ mark: yaml_mark_t) -> Mark {
        Mark(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe String(cString: pointer)
    }
}
