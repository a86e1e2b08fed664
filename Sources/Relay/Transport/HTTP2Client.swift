// SPDX-License-Identifier: Apache-2.0
package final class HTTP2Client: @unchecked Sendable {
    package init(
        loop: EventLoop, host: String, port: Int, tls: TLSContext?, expected: ExpectedMember?,
        limits: TransportLimits = TransportLimits(),
        random: @escaping @Sendable () -> Double
    ) {}
    package func send(
        _ requests: [OutgoingRequest], deadlineMilliseconds: Int,
        completion: @escaping @Sendable ([RequestOutcome]) -> Void
    ) {}
    package func close() {}
}
