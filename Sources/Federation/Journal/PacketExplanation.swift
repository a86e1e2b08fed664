// SPDX-License-Identifier: Apache-2.0

public import LightClient

extension PacketRecord {
    /// What is known of the packet and what happens next, in sentences for people. From the record
    /// alone: what a running relay knows beyond it (a peer that is down, a client that lags) is not
    /// in here.
    public func explanation(now: Timestamp) -> String {
        if state == .parked { return parkedExplanation }
        var sentences = [sentence]
        if !transaction.isEmpty, !state.isTerminal {
            sentences.append(
                "A transaction of ours carries it (\(Hex.encode(transaction.prefix(8)))…); its outcome "
                    + "is awaited.")
        }
        if attempts > 0, !state.isTerminal {
            let reason = reasonCode.isEmpty ? "" : ", the last with \(reasonCode)"
            sentences.append("\(attempts) attempt(s) at this step have failed\(reason).")
            if !reasonDetail.isEmpty { sentences.append(PacketRecord.ended(reasonDetail)) }
        }
        if !state.isTerminal {
            if notBefore > now {
                let wait = notBefore.nanoseconds(since: now) / 1_000_000_000
                sentences.append("The next attempt is in \(PacketRecord.span(wait)).")
            }
            sentences.append(deadlineSentence(now))
        }
        return sentences.joined(separator: " ")
    }

    private var sentence: String {
        switch state {
        case .observed:
            "Our chain sent it at height \(committedHeight.height); a header behind that height and "
                + "the proof are awaited."
        case .proven:
            "Its proof at height \(proofHeight.height) is in hand; the peer has not taken it yet."
        case .forwarded:
            "The peer has verified and journaled it; its acknowledgement is awaited."
        case .acknowledgementVerified:
            "The peer's acknowledgement is verified; our chain must take it."
        case .absenceVerified:
            "It is proven that the other chain never received it; our chain must take the timeout."
        case .acknowledged: "Finished: our chain took the acknowledgement."
        case .refused:
            "Finished: the other application refused it, and our chain took the refusal; the sender "
                + "is refunded."
        case .timedOut: "Finished: it was not received in time, and the sender is refunded."
        case .verified: "It is verified and journaled; our chain must take it."
        case .received: "Our chain received it; the application has not answered yet."
        case .acknowledgementWritten:
            "Our chain wrote the acknowledgement at height \(committedHeight.height); a header behind "
                + "that height and the proof are awaited."
        case .acknowledgementProven:
            "The acknowledgement's proof is in hand; the peer has not taken it yet."
        case .acknowledgementDelivered: "Finished: the peer has taken the acknowledgement."
        case .expired:
            "Finished: its deadline passed before our chain could take it; the source refunds."
        case .parked: parkedExplanation
        }
    }

    private var parkedExplanation: String {
        let from = parkedFrom.map { " in state \($0.name)" } ?? ""
        let detail = reasonDetail.isEmpty ? "" : " \(PacketRecord.ended(reasonDetail))"
        return "Parked\(from) with \(reasonCode.isEmpty ? "no reason" : reasonCode).\(detail) "
            + "A person releases it, or a change of what stopped it."
    }

    private func deadlineSentence(_ now: Timestamp) -> String {
        let seconds = now.unixSeconds
        if seconds < timeoutSeconds {
            return
                "Its deadline is in \(PacketRecord.span(Int64(clamping: timeoutSeconds - seconds)))."
        }
        let late = PacketRecord.span(Int64(clamping: seconds - timeoutSeconds))
        return "Its deadline passed \(late) ago."
    }

    private static func ended(_ text: String) -> String { text.hasSuffix(".") ? text : "\(text)." }

    /// A stretch of time in the unit that fits it.
    private static func span(_ seconds: Int64) -> String {
        switch seconds {
        case ..<120: "\(max(seconds, 1)) s"
        case ..<7_200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) d"
        }
    }
}
