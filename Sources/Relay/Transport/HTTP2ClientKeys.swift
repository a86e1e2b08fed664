// SPDX-License-Identifier: Apache-2.0

extension HTTP2Client {
    /// From now on this member and these keys are right. A connection whose key is still among them
    /// goes on undisturbed; any other ends at once. Any thread.
    package func expect(_ member: ExpectedMember) {
        onLoop { client in
            let isNarrower = !(client.expected?.pins ?? []).allSatisfy(member.admits)
            client.expected = member
            for connection in client.everyConnection {
                guard let peer = connection.peer else {
                    // Its handshake may end with a key that is right no more.
                    if isNarrower {
                        connection.close(TransportError(.wrongKey, "pins changed meanwhile"))
                    }
                    continue
                }
                guard !member.admits(peer.spkiSHA256) else { continue }
                // One that was on its way out with nothing under way is no loss.
                let isOver = connection !== client.current && connection.streams.isEmpty
                connection.close(
                    TransportError(
                        isOver ? .goingAway : .wrongKey, "\(peer) is not pinned any more"))
            }
        }
    }

    private func onLoop(_ work: @escaping @Sendable (HTTP2Client) -> Void) {
        if loop.isOnLoop { work(self) } else { loop.postAlways { work(self) } }
    }

    private var everyConnection: [HTTP2Connection] {
        (current.map { [$0] } ?? []) + draining.values
    }
}
