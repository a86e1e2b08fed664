// SPDX-License-Identifier: Apache-2.0

/// The proof that a tree holds a key with a value: a leaf and the steps from it to the root.
///
/// The parts are ranges into the received bytes, so that decoding allocates once for all steps and
/// hashing reads the input where it lies.
public struct ExistenceProof: Sendable {
    /// One inner operation as it lies in `buffer`.
    struct Step: Sendable {
        var hash = HashOp.noHash
        var prefix = 0..<0
        var suffix = 0..<0
    }

    /// The leaf operation as it lies in `buffer`.
    struct Leaf: Sendable {
        var hash = HashOp.noHash
        var prehashKey = HashOp.noHash
        var prehashValue = HashOp.noHash
        var length = LengthOp.noPrefix
        var prefix = 0..<0
    }

    let buffer: [UInt8]
    private(set) var keyRange = 0..<0
    private(set) var valueRange = 0..<0
    private(set) var leafPart: Leaf?
    private(set) var steps: [Step] = []

    /// Steps that are decoded at all: four times the deepest specification in use (256). Longer
    /// paths fail their specification's own limit anyway; this one bounds memory.
    public static let maxDecodedSteps = 1024

    public init(key: [UInt8], value: [UInt8], leaf: LeafOp?, path: [InnerOp]) {
        var bytes = key
        func append(_ part: [UInt8]) -> Range<Int> {
            bytes += part
            return bytes.count - part.count..<bytes.count
        }
        keyRange = 0..<key.count
        valueRange = append(value)
        if let leaf {
            leafPart = Leaf(
                hash: leaf.hash, prehashKey: leaf.prehashKey, prehashValue: leaf.prehashValue,
                length: leaf.length, prefix: append(leaf.prefix))
        }
        steps = path.map { step in
            Step(hash: step.hash, prefix: append(step.prefix), suffix: append(step.suffix))
        }
        buffer = bytes
    }

    public var key: [UInt8] { Array(buffer[keyRange]) }

    public var value: [UInt8] { Array(buffer[valueRange]) }

    public var leaf: LeafOp? {
        leafPart.map {
            LeafOp(
                hash: $0.hash, prehashKey: $0.prehashKey, prehashValue: $0.prehashValue,
                length: $0.length, prefix: Array(buffer[$0.prefix]))
        }
    }

    public var path: [InnerOp] {
        steps.map {
            InnerOp(
                hash: $0.hash, prefix: Array(buffer[$0.prefix]), suffix: Array(buffer[$0.suffix]))
        }
    }
}

extension ExistenceProof: Hashable {
    /// Equal when key, value, leaf and path are; where they lie does not matter.
    public static func == (left: ExistenceProof, right: ExistenceProof) -> Bool {
        func same(_ mine: Range<Int>, _ theirs: Range<Int>) -> Bool {
            left.buffer[mine] == right.buffer[theirs]
        }
        guard same(left.keyRange, right.keyRange), same(left.valueRange, right.valueRange),
            left.leaf == right.leaf, left.steps.count == right.steps.count
        else { return false }
        for index in left.steps.indices {
            let (mine, theirs) = (left.steps[index], right.steps[index])
            guard mine.hash == theirs.hash, same(mine.prefix, theirs.prefix),
                same(mine.suffix, theirs.suffix)
            else { return false }
        }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(key)
        hasher.combine(value)
        hasher.combine(leaf)
        hasher.combine(path)
    }
}

extension ExistenceProof {
    /// An empty proof over the reader's input, to be filled by `merge` from readers of the same
    /// input.
    init(over reader: ProtobufReader) { buffer = reader.buffer }

    /// Reads all fields; `reader` must read the input that `self` was made over.
    mutating func merge(_ reader: inout ProtobufReader) throws(WireError) {
        while let field = try reader.next() {
            switch field.number {
            case 1: keyRange = try reader.range(field)
            case 2: valueRange = try reader.range(field)
            case 3: try mergeLeaf(field, &reader)
            case 4: try appendSteps(field, &reader)
            default: try reader.skip(field)
            }
        }
    }

    private mutating func mergeLeaf(
        _ field: ProtobufField, _ reader: inout ProtobufReader
    ) throws(WireError) {
        var inner = try reader.message(field)
        var leaf = leafPart ?? Leaf()
        while let field = try inner.next() {
            switch field.number {
            case 1: leaf.hash = HashOp(rawValue: try inner.int32(field))
            case 2: leaf.prehashKey = HashOp(rawValue: try inner.int32(field))
            case 3: leaf.prehashValue = HashOp(rawValue: try inner.int32(field))
            case 4: leaf.length = LengthOp(rawValue: try inner.int32(field))
            case 5: leaf.prefix = try inner.range(field)
            default: try inner.skip(field)
            }
        }
        leafPart = leaf
    }

    /// Appends this step and the run of steps behind it.
    private mutating func appendSteps(
        _ field: ProtobufField, _ reader: inout ProtobufReader
    ) throws(WireError) {
        if steps.isEmpty { steps.reserveCapacity(ExistenceProof.usualSteps) }
        var next: Range<Int>? = try reader.range(field)
        while let range = next {
            guard steps.count < ExistenceProof.maxDecodedSteps else {
                throw .tooLarge("proof path", limit: ExistenceProof.maxDecodedSteps)
            }
            if let step = canonicalStep(range) {
                steps.append(step)
            } else {
                steps.append(try anyStep(range))
            }
            next = reader.nextShort(tag: 0x22)
        }
    }

    private func anyStep(_ range: Range<Int>) throws(WireError) -> Step {
        var reader = ProtobufReader(buffer, from: range.lowerBound, to: range.upperBound)
        var step = Step()
        while let field = try reader.next() {
            switch field.number {
            case 1: step.hash = HashOp(rawValue: try reader.int32(field))
            case 2: step.prefix = try reader.range(field)
            case 3: step.suffix = try reader.range(field)
            default: try reader.skip(field)
            }
        }
        return step
    }

    /// A step in the form in which every tree writes it: hash, prefix and perhaps suffix, once
    /// each, in one byte lengths. Nil for any other form, which the general reader judges. (A third
    /// of the cost of decoding a proof.)
    private func canonicalStep(_ range: Range<Int>) -> Step? {
        let start = range.lowerBound
        guard range.count >= 4, buffer[start] == 0x08, buffer[start + 1] < 0x80,
            buffer[start + 2] == 0x12, buffer[start + 3] < 0x80
        else { return nil }
        let end = start + 4 + Int(buffer[start + 3])
        guard end <= range.upperBound else { return nil }
        var step = Step(
            hash: HashOp(rawValue: Int32(buffer[start + 1])), prefix: start + 4..<end,
            suffix: end..<end)
        if end == range.upperBound { return step }
        guard range.upperBound - end >= 2, buffer[end] == 0x1a, buffer[end + 1] < 0x80,
            end + 2 + Int(buffer[end + 1]) == range.upperBound
        else { return nil }
        step.suffix = end + 2..<range.upperBound
        return step
    }

    /// Room made at once: the path of a store of a hundred thousand keys.
    private static let usualSteps = 20

    func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, key)
        writer.bytes(2, value)
        writer.message(3, leaf)
        for step in path {
            var inner = ProtobufWriter()
            inner.int32(1, step.hash.rawValue)
            inner.bytes(2, step.prefix)
            inner.bytes(3, step.suffix)
            writer.alwaysBytes(4, inner.bytes)
        }
    }
}
