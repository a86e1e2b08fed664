// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// A message that a city chain executes.
package enum CityMessage: Hashable, Sendable {
    case createClient(MsgCreateClient)
    case updateClient(MsgUpdateClient)
    case upgradeClient(MsgUpgradeClient)
    case recoverClient(MsgRecoverClient)
    case registerCounterparty(MsgRegisterCounterparty)
    case updateClientConfig(MsgUpdateClientConfig)
    case sendPacket(MsgSendPacket)
    case recvPacket(MsgRecvPacket)
    case acknowledgement(MsgAcknowledgement)
    case timeout(MsgTimeout)
    case send(MsgSend)
    case putRecords(MsgPutRecords)

    /// Throws code 2 for a type that the chain does not know, as its registry does.
    package init(_ any: ProtobufAny) throws(ExecutionError) {
        do throws(WireError) {
            let bytes = any.value
            switch any.typeURL.text {
            case MsgCreateClient.typeURL: self = .createClient(try MsgCreateClient(reading: bytes))
            case MsgUpdateClient.typeURL: self = .updateClient(try MsgUpdateClient(reading: bytes))
            case MsgUpgradeClient.typeURL:
                self = .upgradeClient(try MsgUpgradeClient(reading: bytes))
            case MsgRecoverClient.typeURL:
                self = .recoverClient(try MsgRecoverClient(reading: bytes))
            case MsgRegisterCounterparty.typeURL:
                self = .registerCounterparty(try MsgRegisterCounterparty(reading: bytes))
            case MsgUpdateClientConfig.typeURL:
                self = .updateClientConfig(try MsgUpdateClientConfig(reading: bytes))
            case MsgSendPacket.typeURL: self = .sendPacket(try MsgSendPacket(reading: bytes))
            case MsgRecvPacket.typeURL: self = .recvPacket(try MsgRecvPacket(reading: bytes))
            case MsgAcknowledgement.typeURL:
                self = .acknowledgement(try MsgAcknowledgement(reading: bytes))
            case MsgTimeout.typeURL: self = .timeout(try MsgTimeout(reading: bytes))
            case MsgSend.typeURL: self = .send(try MsgSend(reading: bytes))
            case MsgPutRecords.typeURL: self = .putRecords(try MsgPutRecords(reading: bytes))
            default:
                throw .malformed("unable to resolve type URL \(any.typeURL.text)")
            }
        } catch {
            throw .transactionParse("\(error)")
        }
    }

    package var message: any ChainMessage {
        switch self {
        case .createClient(let message): message
        case .updateClient(let message): message
        case .upgradeClient(let message): message
        case .recoverClient(let message): message
        case .registerCounterparty(let message): message
        case .updateClientConfig(let message): message
        case .sendPacket(let message): message
        case .recvPacket(let message): message
        case .acknowledgement(let message): message
        case .timeout(let message): message
        case .send(let message): message
        case .putRecords(let message): message
        }
    }

    package var typeURL: String { type(of: message).typeURL }
    package var signer: WireText { message.signer }

    /// The SDK module in the type's name: the second part of the package.
    var module: String {
        let parts = typeURL.split(separator: ".")
        return parts.count > 1 ? String(parts[1]) : ""
    }

    /// What is refused without any state, as ValidateBasic refuses it.
    func validate() throws(ExecutionError) {
        do throws(PacketFault) {
            try message.validate(prefix: AccountAddress.prefix)
        } catch {
            throw ExecutionError(PacketError.fault(error))
        }
        switch self {
        case .updateClient(let message): _ = try HostedClient.ClientMessage(message)
        case .send(let message) where MsgSend.total(message.amount) == nil:
            throw .invalidCoins("amount is no positive number of \(Bank.denomination)")
        case .putRecords(let message):
            do throws(RecordPutError) {
                try message.check()
            } catch {
                throw ExecutionError(error)
            }
        default: return
        }
    }
}

extension MsgSend {
    /// The amount in the one coin there is; nil for anything else or nothing.
    static func total(_ coins: [Coin]) -> UInt64? {
        guard coins.count == 1, coins[0].denomination.text == Bank.denomination,
            let amount = UInt64(coins[0].amount.text), amount > 0
        else { return nil }
        return amount
    }
}

extension ExecutionError {
    /// The code that the packet rules name for a refusal.
    package init(_ error: PacketError) {
        self.init(error.chainCode.codespace, error.chainCode.code, error.log)
    }
}
