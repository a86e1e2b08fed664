// SPDX-License-Identifier: Apache-2.0

public import LightClient

extension Topology {
    /// SHA-256 of `canonicalBytes`: what relays compare in their handshake.
    public var digest: Digest { SHA256.hash(canonicalBytes) }

    /// One encoding for all files that mean the same: protobuf wire format, members in order of
    /// their ids, routes with their ends in order and then in order of these. The names of a file,
    /// the order of its entries and its comments do not count; everything else does.
    ///
    /// ```
    /// Topology { string name = 1; uint64 version = 2; repeated Member members = 3;
    ///            repeated Route routes = 4; }
    /// Member   { string division = 1; string institution = 2; string name = 3;
    ///            string local_name = 4; Chain chain = 5; repeated string endpoints = 6;
    ///            repeated bytes key_pins = 7; repeated string evidence_keys = 8; }
    /// Chain    { string family = 1; bytes chain_id = 2; uint64 threshold_numerator = 3;
    ///            uint64 threshold_denominator = 4; int64 trusting_ns = 5;
    ///            int64 clock_drift_ns = 6; int64 unbonding_ns = 7; uint64 anchor_height = 8;
    ///            bytes anchor_hash = 9; int64 block_interval_ns = 10;
    ///            repeated string commitment_prefix = 11; }
    /// Route    { string first = 1; string second = 2; string first_client = 3;
    ///            string second_client = 4; uint64 max_packet_lifetime_seconds = 5; }
    /// ```
    public var canonicalBytes: [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, name)
        writer.uint64(2, version)
        for member in members.sorted(by: { $0.id < $1.id }) {
            writer.alwaysBytes(3, Topology.encode(member))
        }
        let ordered = routes.map(\.ordered)
        for route in ordered.sorted(by: { Topology.precedes($0, $1) }) {
            writer.alwaysBytes(4, Topology.encode(route))
        }
        return writer.bytes
    }
}

extension Topology {
    private static func encode(_ member: Member) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, member.id.division.text)
        writer.string(2, member.id.institution.text)
        writer.string(3, member.name)
        writer.string(4, member.localName)
        writer.alwaysBytes(5, encode(member.chain))
        for endpoint in member.relay.endpoints {
            writer.alwaysBytes(6, Array(endpoint.description.utf8))
        }
        for pin in member.relay.keyPins.sorted() { writer.alwaysBytes(7, pin.bytes) }
        for key in member.evidenceKeys.sorted() { writer.alwaysString(8, key.description) }
        return writer.bytes
    }

    private static func encode(_ chain: Chain) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, chain.family.rawValue)
        writer.bytes(2, chain.id.bytes)
        writer.uint64(3, chain.parameters.trustThreshold.numerator)
        writer.uint64(4, chain.parameters.trustThreshold.denominator)
        writer.int64(5, chain.parameters.trustingPeriodNanoseconds)
        writer.int64(6, chain.parameters.maxClockDriftNanoseconds)
        writer.int64(7, chain.parameters.unbondingPeriodNanoseconds)
        if let anchor = chain.anchor {
            writer.uint64(8, anchor.height)
            writer.bytes(9, anchor.headerHash.bytes)
        }
        writer.int64(10, chain.blockIntervalNanoseconds)
        for part in chain.commitmentPrefix { writer.alwaysBytes(11, Array(part.utf8)) }
        return writer.bytes
    }

    private static func encode(_ route: Route) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, route.first.member.description)
        writer.string(2, route.second.member.description)
        writer.string(3, route.first.client)
        writer.string(4, route.second.client)
        writer.uint64(5, route.maxPacketLifetimeSeconds)
        return writer.bytes
    }

    private static func precedes(_ left: Route, _ right: Route) -> Bool {
        (left.first.member, left.second.member) < (right.first.member, right.second.member)
    }
}
