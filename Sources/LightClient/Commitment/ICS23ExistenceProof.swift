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

    /// Steps that are decoded at all: four times the deepest specification in use (256). Longer paths
    /// fail their specification's own limit anyway; this one bounds memory.
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
        left.buffer[left.keyRange] == right.buffer[right.keyRange]
            && left.buffer[left.valueRange] == right.buffer[right.valueRange]
            && left.leaf == right.leaf && left.path == right.path
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(key)
        hasher.combine(value)
        hasher.combine(leaf)
        hasher.combine(path)
    }
}

extension ExistenceProof {
    /// An empty proof over the reader's input, to be filled by `merge` from readers of the same input.
    init(over reader: ProtobufReader) { buffer = reader.buffer }

    /// Reads all fields; `reader` must read the input that `self` was made over.
    mutating func merge(_ reader: inout ProtobufReader) throws(WireError) {
        while let field = try reader.next() {
            switch field.number {
            case 1: keyRange = try reader.range(field)
            case 2: valueRange = try reader.range(field)
            case 3:
                var inner = try reader.message(field)
                var value = leafPart ?? Leaf()
                try ExistenceProof.merge(&inner, into: &value)
                leafPart = value
            case 4:
                guard steps.count < ExistenceProof.maxDecodedSteps else {
                    throw .tooLarge("proof path", limit: ExistenceProof.maxDecodedSteps)
                }
                if steps.isEmpty { steps.reserveCapacity(16) }
                var inner = try reader.message(field)
                steps.append(try ExistenceProof.step(&inner))
            default: try reader.skip(field)
            }
        }
    }

    private static func merge(
        _ reader: inout ProtobufReader, into leaf: inout Leaf
    ) throws(WireError) {
        while let field = try reader.next() {
            switch field.number {
            case 1: leaf.hash = HashOp(rawValue: try reader.int32(field))
            case 2: leaf.prehashKey = HashOp(rawValue: try reader.int32(field))
            case 3: leaf.prehashValue = HashOp(rawValue: try reader.int32(field))
            case 4: leaf.length = LengthOp(rawValue: try reader.int32(field))
            case 5: leaf.prefix = try reader.range(field)
            default: try reader.skip(field)
            }
        }
    }

    private static func step(_ reader: inout ProtobufReader) throws(WireError) -> Step {
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
