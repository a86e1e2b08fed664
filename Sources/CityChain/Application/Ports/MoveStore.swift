// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient

/// Moves of one client in the store of port `licence`.
struct MoveStore {
    let context: ExecutionContext
    let client: String

    /// A block is final once it is committed: CometBFT takes none back.
    var position: ChainPosition { ChainPosition(height: context.block.height) }

    func named(_ key: LicenceMoveKey) -> RecordMove { RecordMove(key: key, client: client) }

    func read(_ key: LicenceMoveKey) -> LicenceMoveRecord? {
        MoveBinding(context: context).move(named(key))
    }

    /// A move that an offer begins.
    func open(_ word: LicencePacket.Word, side: LicenceMove.Side) -> LicenceMoveRecord {
        LicenceMoveRecord(
            LicenceMove(word.context.key, side: side), client: client,
            source: word.context.from, destination: word.context.to)
    }

    func word(
        _ act: LicenceMove.Act, _ payload: CityPayload, isOurs: Bool
    ) -> LicenceMoveRecord.Word {
        LicenceMoveRecord.Word(
            act, isOurs: isOurs, sequence: payload.sequence, height: context.block.height)
    }

    func write(_ kept: LicenceMoveRecord, _ effects: [LicenceMove.Effect]) {
        let key = kept.move.key
        context.set(Licences.portName, LicenceMoveRecord.key(client, key), kept.encoded)
        for effect in effects {
            switch effect {
            case .taken, .cancelled:
                context.emit(
                    "licence_move", ("move", key.description),
                    ("side", kept.move.side.rawValue), ("phase", kept.move.phase.rawValue))
            case .unchanged(let act, let code):
                context.emit(
                    "licence_unchanged", ("move", key.description), ("act", act.rawValue),
                    ("code", code.rawValue))
            case .contradiction(let act):
                context.emit(
                    "licence_contradiction", ("move", key.description), ("act", act.rawValue))
            case .deliver: break
            }
        }
    }
}

/// Another city's record office as this chain knows it: by which client it was told, and the key
/// that content for it is sealed to. The first client that brought a code keeps it.
package struct LicenceOffice: Hashable, Sendable {
    package let client: String
    /// X25519.
    package let sealingKey: [UInt8]

    init(client: String, sealingKey: [UInt8]) {
        self.client = client
        self.sealingKey = sealingKey
    }

    package static func key(_ code: InstitutionCode) -> [UInt8] { Array("office/\(code)".utf8) }

    /// Holds the key that was told to a client's chain.
    package static func announcedKey(_ client: String) -> [UInt8] {
        Array("announced/\(client)".utf8)
    }

    /// Client 1, key 2; nil for other bytes.
    package init?(stored bytes: [UInt8]) {
        var client = ""
        var key: [UInt8] = []
        var reader = ProtobufReader(bytes)
        do throws(WireError) {
            while let field = try reader.next() {
                switch field.number {
                case 1: client = try reader.string(field)
                case 2: key = try reader.bytes(field)
                default: try reader.skip(field)
                }
            }
        } catch {
            return nil
        }
        self.init(client: client, sealingKey: key)
    }

    init?(_ code: InstitutionCode, in context: ExecutionContext) {
        guard let bytes = context.get(Licences.portName, LicenceOffice.key(code)) else {
            return nil
        }
        self.init(stored: bytes)
    }

    func write(_ code: InstitutionCode, to context: ExecutionContext) {
        var writer = ProtobufWriter()
        writer.string(1, client)
        writer.bytes(2, sealingKey)
        context.set(Licences.portName, LicenceOffice.key(code), writer.bytes)
    }
}
