// SPDX-License-Identifier: Apache-2.0

import LightClient

extension MemberEntryMessage {
    init(_ member: ManifestMember) {
        division = member.id.division.text
        institution = member.id.institution.text
        name = member.name
        localName = member.localName
        owner = OrganisationMessage(name: member.owner.name, code: member.owner.code)
        self.operator = OrganisationMessage(
            name: member.operator.name, code: member.operator.code)
        authorityKeys = member.authorityKeys
        evidenceKeys = member.evidenceKeys
        relayKeyPins = member.relay.keyPins
        relayEndpoints = member.relay.endpoints.map(\.description)
        chains = member.chains.map { ChainEntryMessage($0) }
        status = member.status.rawValue
        statusReason = member.statusReason
        parent = member.parent?.description ?? ""
    }
}

extension ChainEntryMessage {
    init(_ chain: Chain) {
        family = chain.family.rawValue
        chainID = chain.id.bytes
        threshold = chain.parameters.trustThreshold
        trusting = chain.parameters.trustingPeriodNanoseconds
        clockDrift = chain.parameters.maxClockDriftNanoseconds
        unbonding = chain.parameters.unbondingPeriodNanoseconds
        anchorHeight = chain.anchor?.height ?? 0
        anchorHash = chain.anchor?.headerHash.bytes ?? []
        blockInterval = chain.blockIntervalNanoseconds
        commitmentPrefix = chain.commitmentPrefix
    }

    func chain(of member: MemberID) throws(ManifestError) -> Chain {
        guard let family = FamilyID(rawValue: family) else {
            throw .unknownFamily(member, family)
        }
        var anchor: TrustAnchor?
        if anchorHeight != 0 || !anchorHash.isEmpty {
            anchor = TrustAnchor(
                height: anchorHeight,
                headerHash: try Digest(
                    anchorHash, or: ManifestError.wire(.outOfRange("anchor hash"))))
        }
        return Chain(
            family: family,
            parameters: ClientParameters(
                chainID: ChainID(bytes: chainID), trustThreshold: threshold,
                trustingPeriodNanoseconds: trusting, maxClockDriftNanoseconds: clockDrift,
                unbondingPeriodNanoseconds: unbonding),
            anchor: anchor, blockIntervalNanoseconds: blockInterval,
            commitmentPrefix: commitmentPrefix)
    }
}

extension ManifestMember {
    init(_ message: MemberEntryMessage) throws(ManifestError) {
        let id = try ManifestMember.id(message)
        guard let status = MemberStatus(rawValue: message.status) else {
            throw .wire(.outOfRange("status"))
        }
        var endpoints: [Endpoint] = []
        for text in message.relayEndpoints {
            guard let endpoint = Endpoint(text) else { throw .endpoint(id, text) }
            endpoints.append(endpoint)
        }
        var chains: [Chain] = []
        for chain in message.chains { chains.append(try chain.chain(of: id)) }
        var parent: MemberID?
        if !message.parent.isEmpty {
            parent = MemberID(message.parent)
            guard parent != nil else { throw .wire(.malformed("parent")) }
        }
        self.init(
            id: id, name: message.name, localName: message.localName,
            owner: Organisation(name: message.owner.name, code: message.owner.code),
            operator: Organisation(
                name: message.operator.name, code: message.operator.code),
            authorityKeys: message.authorityKeys, evidenceKeys: message.evidenceKeys,
            relay: RelayEndpoints(endpoints: endpoints, keyPins: message.relayKeyPins),
            chains: chains, status: status, statusReason: message.statusReason, parent: parent)
    }

    private static func id(_ message: MemberEntryMessage) throws(ManifestError) -> MemberID {
        let division: DivisionCode
        do throws(DivisionCodeError) {
            division = try DivisionCode(message.division)
        } catch {
            throw .division(error)
        }
        do throws(InstitutionCodeError) {
            return MemberID(
                division: division, institution: try InstitutionCode(message.institution))
        } catch {
            throw .institution(error)
        }
    }
}
