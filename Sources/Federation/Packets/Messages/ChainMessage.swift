// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A message of a transaction.
public protocol ChainMessage: ProtobufMessage, Hashable {
    static var typeURL: String { get }

    /// The account that must have signed.
    var signer: WireText { get }

    /// What the chain refuses by itself, before any state is asked, in the order in which it looks.
    /// `prefix` is the human-readable prefix of its addresses.
    func validate(prefix: String) throws(PacketFault)
}

extension ChainMessage {
    /// The message with its type's name, as a transaction carries it.
    public var wrapped: ProtobufAny {
        ProtobufAny(typeURL: WireText(Self.typeURL), value: encoded)
    }

    /// The type URL of the message's answer.
    public static var responseTypeURL: String { typeURL + "Response" }

    func check(signer: WireText, prefix: String) throws(PacketFault) {
        do throws(Bech32Fault) {
            _ = try Bech32.address(signer, prefix: prefix)
        } catch { throw .signer(error) }
    }

    func check(client: WireText) throws(PacketFault) {
        do throws(IdentifierFault) {
            try Identifier.check(client, as: .client)
        } catch { throw .client(error) }
    }

    func checkFormat(client: WireText) throws(PacketFault) {
        do throws(IdentifierFault) {
            _ = try ClientIdentifier(client)
        } catch { throw .client(error) }
    }
}
