// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Why a chain refuses a packet message. No case leaves any state behind. (A repetition is no
/// error: the handlers answer `noop`.)
public enum PacketError: Error, Hashable, Sendable {
    case fault(PacketFault)
    /// The packet made of a send message breaks a packet's rules.
    case constructed(PacketFault)
    case noCounterparty(client: WireText)
    case wrongCounterparty(client: WireText, got: WireText, registered: WireText)
    case unauthorizedRelayer(client: WireText, relayer: WireText)
    case noSendSequence(client: WireText)
    case notActive(client: WireText, ClientStatus?)
    /// The block, or the client's latest header, is not before the deadline.
    case elapsed(now: UInt64, timeout: UInt64)
    /// A send whose deadline is not after the block.
    case elapsedOnSend(now: UInt64, timeout: UInt64)
    case timeoutTooFar(timeout: UInt64, latest: UInt64)
    /// The proof's header is before the deadline: the packet may still arrive.
    case notReached(proofTime: UInt64, timeout: UInt64)
    case client(WireText, ClientViewError)
    case commitmentMismatch(stored: [UInt8], calculated: Digest)
    case acknowledgementExists(client: WireText, sequence: UInt64)
    case noReceipt(client: WireText, sequence: UInt64)
    case noAsyncPacket(client: WireText, sequence: UInt64)
    /// An application gave the universal error as its success.
    case sentinelAsSuccess
    /// Nobody is bound to the port; the reference panics.
    case noRoute(port: WireText)
    case application(ApplicationError)

    public var chainCode: ChainCode {
        switch self {
        case .fault(let fault): fault.chainCode
        case .constructed: .channel(2)
        case .noCounterparty: .clientV2(35)
        case .wrongCounterparty: .clientV2(34)
        case .unauthorizedRelayer: .ibc(2)
        case .noSendSequence: .channel(4)
        case .notActive: .client(29)
        case .elapsed, .elapsedOnSend: .channel(9)
        case .timeoutTooFar: .channel(8)
        case .notReached: .channel(10)
        case .client(_, let error): error.chainCode
        case .commitmentMismatch, .noReceipt: .channel(2)
        case .acknowledgementExists: .channel(11)
        case .noAsyncPacket, .sentinelAsSuccess: .channel(5)
        case .noRoute: .panicked
        case .application(let error): error.code
        }
    }

    /// The refusal in the words of ibc-go, for a transaction's log. Logs are not part of any hash.
    public var log: String {
        switch self {
        case .fault(let fault): "\(fault.code): invalid message"
        case .constructed(let fault):
            "constructed packet failed basic validation: \(fault.code): invalid packet"
        case .noCounterparty(let client):
            "counterparty not found for client: \(client): counterparty not found"
        case .wrongCounterparty(_, let got, let registered):
            "counterparty id (\(registered)) does not match packet id (\(got)): "
                + "invalid counterparty"
        case .unauthorizedRelayer(let client, let relayer):
            "relayer \(relayer) is not authorized to update client \(client): unauthorized"
        case .noSendSequence(let client): "source client: \(client): sequence send not found"
        case .notActive(let client, let status):
            "client (\(client)) status is \(status?.rawValue ?? "unknown"): "
                + "client state is not active"
        case .elapsed(let now, let timeout):
            "current timestamp: \(now), timeout timestamp: \(timeout): timeout elapsed"
        case .elapsedOnSend(let now, let timeout):
            "timeout is less than or equal the current block timestamp, \(timeout) <= \(now): "
                + "timeout elapsed"
        case .timeoutTooFar:
            "timeout exceeds the maximum expected value: invalid packet timeout"
        case .notReached(let proofTime, let timeout):
            "proof timestamp: \(proofTime), timeout timestamp: \(timeout): timeout not reached"
        case .client(_, let error): error.log
        case .commitmentMismatch(let stored, let calculated):
            "commitment bytes are not equal: got (\(calculated)), expected "
                + "(\(Hex.encode(stored))): invalid packet"
        case .acknowledgementExists(let client, let sequence):
            "acknowledgement for id \(client), sequence \(sequence) already exists: "
                + "acknowledgement for packet already exists"
        case .noReceipt: "receipt not found for packet: invalid packet"
        case .noAsyncPacket(let client, let sequence):
            "packet with clientID (\(client)) and sequence (\(sequence)) not found for async "
                + "acknowledgement: invalid acknowledgement"
        case .sentinelAsSuccess:
            "application acknowledgement cannot be sentinel error acknowledgement: "
                + "invalid acknowledgement"
        case .noRoute(let port): "recovered: no route for \(port)"
        case .application(let error): error.log
        }
    }
}
