// SPDX-License-Identifier: Apache-2.0

/// Every bound of the engine, with its unit and its reason.
package struct EngineLimits: Hashable, Sendable {
    /// Packets a delivery, acknowledgements a call, questions a call. The peer protocol allows 256.
    package var packetsPerCall = 100
    /// Bytes of packets and proofs a call: half of the protocol's 4 MiB, the rest is for headers.
    package var bytesPerCall = 2 << 20
    /// Proof requests under way for one peer, of each kind: enough to keep the node busy.
    package var proofJobsPerPeer = 2
    /// Calls under way to one peer, of each kind: one being verified there while one travels.
    package var callsPerPeer = 4
    /// Packets proven and not yet delivered, a peer: proofs grow stale, so they are made late.
    package var provenAhead = 400
    /// Messages a transaction, client updates not counted: what a block should spare.
    package var messagesPerTransaction = 50
    /// Bytes of messages a transaction: nodes refuse 500,000 and more (mempool), base64 grows by a
    /// third.
    package var bytesPerTransaction = 300_000
    /// Client updates a transaction: each costs about as much gas as ten packets.
    package var updatesPerTransaction = 4
    /// Transactions broadcast whose outcome is not known yet.
    package var pendingTransactions = 4
    /// Incoming packets of one peer that our chain has not taken yet; beyond it the peer is asked
    /// to wait.
    package var inboxPackets = 20_000
    /// Milliseconds that a peer is asked to wait then: a block or two.
    package var inboxRetryMilliseconds: UInt32 = 2_000
    /// Trusted headers kept of one chain.
    package var headersPerClient = 512
    /// States of a hosted client that the engine remembers.
    package var hostedStates = 512
    /// Disjoint intervals in a replay window. Beyond it the lowest is forgotten: a packet in it
    /// would be offered to the chain again, whose receipt refuses it.
    package var replayIntervals = 1_024
    /// Commitments a reconcile page: a few milliseconds of one turn.
    package var commitmentsPerPage = 1_000
    /// Packets a look-up.
    package var packetsPerLookUp = 100
    /// Ports remembered as having no application.
    package var deafPorts = 256
    /// Attempts at a step that fails for a reason that does not pass by itself, before parking.
    package var attemptsBeforeParking = 8
    /// Newest headers whose hashes are told to peers; a call carries as many.
    package var announcedHeaders = 256
    /// Headers that one peer is asked to show at a time: a liar may name many.
    package var wantedHeaders = 16
    /// Calls for one such header before it is given up.
    package var wantedAttempts = 5
    /// Pieces of false evidence kept of one reporter, 256 KiB each at most; then only counted.
    package var falseEvidenceKept = 16

    package init() {}
}

/// Durations of the engine, in nanoseconds.
package struct EngineTiming: Hashable, Sendable {
    /// Waiting after failures.
    package var backoff = Backoff()
    /// A job without an answer is given up after this; the connector's and transport's own limits
    /// are shorter, so it only catches what was lost.
    package var jobPatience: Int64 = 60 * second
    /// A forwarded packet's acknowledgement is asked for after this, then at growing distance.
    package var acknowledgementPatience: Int64 = 60 * second
    /// Beyond a packet's deadline before its timeout is begun, on the wall clock: headers lag by a
    /// block or two.
    package var timeoutMargin: Int64 = 5 * second
    /// Between comparisons of the chain with the store.
    package var reconcileInterval: Int64 = 60 * second
    /// Between look-ups of a transaction whose outcome is unknown.
    package var resolveInterval: Int64 = 3 * second
    /// Between tries at keeping links and clients in order.
    package var careInterval: Int64 = 5 * second
    /// A receive message is not submitted when its deadline is nearer than this on our chain's
    /// clock.
    package var submitMargin: Int64 = 2 * second
    /// A port where our chain has no application is not tried again for this long: one packet to it
    /// refuses a whole transaction, and somebody might send many.
    package var deafPortMemory: Int64 = 300 * second
    /// Between reports of new header hashes to one peer; longer where there are many members.
    package var reportInterval: Int64 = second / 2
    /// Between questions for a header that another member holds, a chain; longer likewise.
    package var crossCheckInterval: Int64 = second / 2
    /// Clocks that differ by more are an alarm; nothing is judged by them.
    package var clockSkewAlarm: Int64 = 10 * second
    /// Our chain counts as stalled when work has waited this long for a block.
    package var stallAfter: Int64 = 60 * second

    package init() {}

    package static let second: Int64 = 1_000_000_000
}

/// Jittered exponential waiting, as data.
package struct Backoff: Hashable, Sendable {
    /// First wait, nanoseconds.
    package var initial: Int64 = 500_000_000
    /// Longest wait, nanoseconds: a peer that is back is used within this.
    package var maximum: Int64 = 60 * EngineTiming.second
    /// Each wait is shortened by a random part of at most this many thousandths.
    package var jitterThousandths: Int64 = 500

    package init() {}

    /// The wait after `attempts` failures; `random` decides the jitter.
    package func delay(attempts: Int, random: UInt64) -> Int64 {
        let doublings = min(max(attempts - 1, 0), 30)
        let (raised, overflow) = initial.multipliedReportingOverflow(by: 1 << Int64(doublings))
        let full = overflow ? maximum : min(raised, maximum)
        let cut = full / 1000 * Int64(random % UInt64(max(jitterThousandths, 0) + 1))
        return full - cut
    }
}
