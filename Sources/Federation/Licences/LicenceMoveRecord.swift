// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A move as one side's chain keeps it: its rules' state, whom it is between, and the packets that
/// brought its words. No personal value and no licence number.
/// Source: FORMATS.md "Licence moves".
public struct LicenceMoveRecord: Hashable, Sendable {
    /// One packet of the move.
    public struct Word: Hashable, Sendable {
        public var act: LicenceMove.Act
        /// Whether this chain sent the packet.
        public var isOurs: Bool
        /// Under the record's client.
        public var sequence: UInt64
        /// Block of this chain that sent or took it.
        public var height: UInt64

        public init(_ act: LicenceMove.Act, isOurs: Bool, sequence: UInt64, height: UInt64) {
            self.act = act
            self.isOurs = isOurs
            self.sequence = sequence
            self.height = height
        }
    }

    public var move: LicenceMove
    /// The client on this chain that follows the other side's chain.
    public let client: String
    /// Institution of the city that gives the licence away.
    public let source: InstitutionCode
    public let destination: InstitutionCode
    /// The newest, oldest first.
    public private(set) var words: [Word] = []

    /// Words that are kept: a move has three, and more only where some were lost.
    public static let maxWords = 16

    public init(
        _ move: LicenceMove, client: String, source: InstitutionCode, destination: InstitutionCode
    ) {
        self.move = move
        self.client = client
        self.source = source
        self.destination = destination
    }

    public mutating func note(_ word: Word) {
        words.append(word)
        if words.count > LicenceMoveRecord.maxWords { words.removeFirst() }
    }

    /// Where it stands in the store `licence`: what one client brings concerns its own moves.
    public static func key(_ client: String, _ key: LicenceMoveKey) -> [UInt8] {
        Array("move/\(client)/\(key)".utf8)
    }

    /// Key 1, side 2, phase 3, waiting act 4, its height 5, decided at 6, delivered 7, last refusal
    /// 8, client 9, source 10, destination 11, words 12 { act 1, ours 2, sequence 3, height 4 }.
    public var encoded: [UInt8] {
        var writer = ProtobufWriter()
        move.write(to: &writer)
        writer.string(9, client)
        writer.string(10, source.text)
        writer.string(11, destination.text)
        for word in words {
            var inner = ProtobufWriter()
            inner.string(1, word.act.rawValue)
            inner.bool(2, word.isOurs)
            inner.uint64(3, word.sequence)
            inner.uint64(4, word.height)
            writer.alwaysBytes(12, inner.bytes)
        }
        return writer.bytes
    }

    /// Reads `encoded`; refuses what is not in form.
    public init(reading bytes: [UInt8]) throws(WireError) {
        var parts = LicenceMoveParts()
        var client = ""
        var source = ""
        var destination = ""
        var words: [Word] = []
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            switch field.number {
            case 9: client = try reader.string(field)
            case 10: source = try reader.string(field)
            case 11: destination = try reader.string(field)
            case 12:
                guard words.count < LicenceMoveRecord.maxWords else {
                    throw .tooLarge("words", limit: LicenceMoveRecord.maxWords)
                }
                words.append(try Word(reading: try reader.bytes(field)))
            default: try parts.read(field, from: &reader)
            }
        }
        guard let from = try? InstitutionCode(source), let to = try? InstitutionCode(destination)
        else { throw .malformed("institution") }
        self.init(try LicenceMove(parts), client: client, source: from, destination: to)
        self.words = words
    }
}

extension LicenceMoveRecord.Word {
    fileprivate init(reading bytes: [UInt8]) throws(WireError) {
        self.init(.offer, isOurs: false, sequence: 0, height: 0)
        var name = ""
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            switch field.number {
            case 1: name = try reader.string(field)
            case 2: isOurs = try reader.bool(field)
            case 3: sequence = try reader.uint64(field)
            case 4: height = try reader.uint64(field)
            default: try reader.skip(field)
            }
        }
        guard let act = LicenceMove.Act(rawValue: name) else { throw .malformed("act") }
        self.act = act
    }
}

/// Which move a record of a licence is part of, as its place in the store `licence` says.
public struct RecordMove: Hashable, Sendable {
    public var key: LicenceMoveKey
    /// The client on this chain that follows the other side's chain.
    public var client: String

    public init(key: LicenceMoveKey, client: String) {
        self.key = key
        self.client = client
    }

    /// Where the move of a record is named: "record/" and its index in hexadecimal.
    public static func recordKey(_ index: RecordIndex) -> [UInt8] {
        Array("record/\(index)".utf8)
    }

    /// Where the record of a move is named; the value is its 32 bytes index.
    public var boundKey: [UInt8] { Array("bound/\(client)/\(key)".utf8) }
}

extension RecordMove: ProtobufMessage {
    public init() { self.init(key: LicenceMoveKey(.zero), client: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: key = LicenceMoveKey(try reader.digest(field))
        case 2: client = try reader.string(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.digest(1, key.digest)
        writer.string(2, client)
    }
}
