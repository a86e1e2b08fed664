// SPDX-License-Identifier: Apache-2.0

public import LightClient

// How a letter stands in a store, on a chain too: protobuf, deterministic, without a personal
// value. See FORMATS.md "Letters".

extension Letter {
    /// Key 1, side 2, transfer-out 3, corrects 4, state 5, delivered 6, pending 7, entries 8, last
    /// refusal 9, clock 10, frozen 11, refused 12, floor 13.
    public var encoded: [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, key.description)
        writer.string(2, side.rawValue)
        writer.string(3, transferOut.text)
        writer.string(4, corrects?.description ?? "")
        writer.string(5, state.rawValue)
        writer.bool(6, isDelivered)
        if let pending {
            var inner = ProtobufWriter()
            pending.statement.write(to: &inner)
            inner.uint64(6, pending.height)
            inner.message(7, pending.time)
            inner.string(9, pending.to.rawValue)
            writer.alwaysBytes(7, inner.bytes)
        }
        for entry in entries {
            var inner = ProtobufWriter()
            entry.statement.write(to: &inner)
            inner.uint64(6, entry.height)
            inner.message(7, entry.time)
            inner.string(8, entry.from.rawValue)
            inner.string(9, entry.to.rawValue)
            writer.alwaysBytes(8, inner.bytes)
        }
        writer.string(9, lastRefusal?.rawValue ?? "")
        writer.alwaysBytes(10, clock.encoded)
        writer.bool(11, isChannelFrozen)
        for refused in memory.refused {
            var inner = ProtobufWriter()
            refused.id.write(to: &inner)
            inner.digest(4, refused.commitment)
            inner.string(5, refused.code.rawValue)
            writer.alwaysBytes(12, inner.bytes)
        }
        writer.uint64(13, memory.floor)
        return writer.bytes
    }

    /// Reads `encoded`. Trusts its store for what led to the state; refuses what is not in form.
    public init(reading bytes: [UInt8]) throws(WireError) {
        var parts = LetterParts()
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() { try parts.read(field, from: &reader) }
        guard let key = LetterKey(parts.key), let side = LetterSide(rawValue: parts.side),
            let out = try? InstitutionCode(parts.transferOut),
            let state = LetterState(rawValue: parts.state)
        else { throw .malformed("letter") }
        self.init(key, side: side, transferOut: out, corrects: LetterKey(parts.corrects))
        self.state = state
        isDelivered = parts.isDelivered
        pending = parts.pending
        entries = parts.entries
        lastRefusal = LetterErrorCode(rawValue: parts.lastRefusal)
        clock = parts.clock
        isChannelFrozen = parts.isFrozen
        memory = RefusalMemory(refused: parts.refused, floor: parts.floor)
    }
}

private struct LetterParts {
    var key = "", side = "", transferOut = "", corrects = "", state = "", lastRefusal = ""
    var isDelivered = false
    var isFrozen = false
    var pending: PendingStatement?
    var entries: [LetterEntry] = []
    var clock = LetterClock(started: .unixEpoch)
    var refused: [RefusedStatement] = []
    var floor: UInt64 = 0

    mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: key = try reader.text(field).text
        case 2: side = try reader.text(field).text
        case 3: transferOut = try reader.text(field).text
        case 4: corrects = try reader.text(field).text
        case 5: state = try reader.text(field).text
        case 6: isDelivered = try reader.bool(field)
        case 7:
            let line = try StatementLine(reading: try reader.bytes(field))
            pending = PendingStatement(
                statement: try line.statement, height: line.height, time: line.time,
                to: try line.state(line.to))
        case 8:
            let line = try StatementLine(reading: try reader.bytes(field))
            entries.append(
                LetterEntry(
                    statement: try line.statement, height: line.height, time: line.time,
                    from: try line.state(line.from), to: try line.state(line.to)))
        case 9: lastRefusal = try reader.text(field).text
        case 10: clock = try LetterClock(reading: try reader.bytes(field))
        case 11: isFrozen = try reader.bool(field)
        case 12:
            let line = try StatementLine(reading: try reader.bytes(field))
            guard let code = LetterErrorCode(rawValue: line.refusal) else {
                throw .malformed("refusal")
            }
            refused.append(
                RefusedStatement(
                    id: try line.id, commitment: try line.digest(line.commitment), code: code))
        case 13: floor = try reader.uint64(field)
        default: try reader.skip(field)
        }
    }
}

extension LetterEventID {
    fileprivate func write(to writer: inout ProtobufWriter) {
        writer.string(1, code.rawValue)
        writer.uint32(2, UInt32(function))
        writer.uint64(3, sequence)
    }
}

extension LetterStatement {
    fileprivate func write(to writer: inout ProtobufWriter) {
        id.write(to: &writer)
        writer.digest(4, commitment)
        writer.string(5, act.rawValue)
        if let reconciliation { writer.digest(10, reconciliation) }
    }
}

/// A statement or its refusal in a store: code 1, function 2, sequence 3, commitment 4, act or
/// refusal 5, height 6, time 7, from 8, to 9, reconciliation 10.
private struct StatementLine {
    var code = "", word = "", from = "", to = ""
    var function: UInt32 = 0
    var sequence: UInt64 = 0
    var commitment: [UInt8] = []
    var reconciliation: [UInt8] = []
    var height: UInt64 = 0
    var time = Timestamp.unixEpoch

    var refusal: String { word }

    init(reading bytes: [UInt8]) throws(WireError) {
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            switch field.number {
            case 1: code = try reader.text(field).text
            case 2: function = try reader.uint32(field)
            case 3: sequence = try reader.uint64(field)
            case 4: commitment = try reader.bytes(field)
            case 5: word = try reader.text(field).text
            case 6: height = try reader.uint64(field)
            case 7: time = try reader.timestamp(field)
            case 8: from = try reader.text(field).text
            case 9: to = try reader.text(field).text
            case 10: reconciliation = try reader.bytes(field)
            default: try reader.skip(field)
            }
        }
    }

    var id: LetterEventID {
        get throws(WireError) {
            guard let code = LetterCode(rawValue: code), let function = UInt8(exactly: function)
            else { throw .malformed("statement") }
            return LetterEventID(code: code, function: function, sequence: sequence)
        }
    }

    var statement: LetterStatement {
        get throws(WireError) {
            guard let act = LetterAct(rawValue: word) else { throw .malformed("act") }
            let statement = LetterStatement(
                act, sequence: sequence, commitment: try digest(commitment),
                reconciliation: reconciliation.isEmpty ? nil : try digest(reconciliation))
            guard try id == statement.id else { throw .malformed("statement") }
            return statement
        }
    }

    func digest(_ bytes: [UInt8]) throws(WireError) -> Digest {
        try Digest(bytes, or: WireError.malformed("digest"))
    }

    func state(_ text: String) throws(WireError) -> LetterState {
        guard let state = LetterState(rawValue: text) else { throw .malformed("state") }
        return state
    }
}

extension LetterClock {
    /// Started 1, paused since 2, pauses 3 { from 1, to 2 }, told through 4 (plus one).
    fileprivate var encoded: [UInt8] {
        var writer = ProtobufWriter()
        writer.message(1, started)
        writer.message(2, pausedSince)
        for pause in pauses {
            var inner = ProtobufWriter()
            inner.message(1, pause.from)
            inner.message(2, pause.to)
            writer.alwaysBytes(3, inner.bytes)
        }
        if let toldThrough { writer.uint64(4, UInt64(toldThrough) + 1) }
        return writer.bytes
    }

    fileprivate init(reading bytes: [UInt8]) throws(WireError) {
        self.init(started: .unixEpoch)
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            switch field.number {
            case 1: started = try reader.timestamp(field)
            case 2: pausedSince = try reader.timestamp(field)
            case 3:
                var inner = ProtobufReader(try reader.bytes(field))
                var from = Timestamp.unixEpoch
                var to = Timestamp.unixEpoch
                while let part = try inner.next() {
                    if part.number == 1 { from = try inner.timestamp(part) }
                    if part.number == 2 { to = try inner.timestamp(part) }
                }
                pauses.append(Pause(from: from, to: to))
            case 4:
                let told = try reader.uint64(field)
                guard (1...UInt64(LetterLimits.countedDays)).contains(told) else {
                    throw .outOfRange("toldThrough")
                }
                toldThrough = Int(told) - 1
            default: try reader.skip(field)
            }
        }
    }
}
