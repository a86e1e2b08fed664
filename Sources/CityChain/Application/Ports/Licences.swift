// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Electronic licences: each letter carries the status of one licence as of a moment; every city
/// keeps the newest it knows. A licence that ended stays ended.
package struct Licences: RecordBook {
    package let port = StoreName.licence

    /// What a status does to a licence. Codes: MOHURD's general set.
    package enum Standing: Hashable, Sendable {
        /// 01 有效: issued, or given back after a suspension.
        case valid
        /// 02 暂扣.
        case suspended
        /// 03 撤销, 04 注销, 05 失效, 06 办理转出, 07 吊销: for good.
        case ended

        init?(status: String) {
            switch status.prefix(2) {
            case "01": self = .valid
            case "02": self = .suspended
            case "03", "04", "05", "06", "07": self = .ended
            default: return nil
            }
        }

        /// The word that a letter may carry in `action`.
        init?(action: String) {
            switch action {
            case "issue", "restore": self = .valid
            case "suspend": self = .suspended
            case "revoke": self = .ended
            default: return nil
            }
        }
    }

    /// Bytes of a licence number: GB/T 36904 identifiers stay below it.
    private static let identifierLimit = 128

    package init() {}

    package func send(
        _ record: JSONValue, _ payload: CityPayload, in context: ExecutionContext
    ) throws(ExecutionError) {
        try apply(record, in: context)
    }

    package func receive(
        _ record: JSONValue, _ payload: CityPayload, in context: ExecutionContext
    ) throws(ExecutionError) {
        try apply(record, in: context)
    }

    /// Nothing is undone: the licence's status at home does not depend on who has heard of it.
    package func finish(
        _ payload: CityPayload, _ outcome: PacketOutcome, in context: ExecutionContext
    ) throws(ExecutionError) {}

    /// 33 raw bytes: 01 and the hash of the value.
    package func acknowledgement(_ record: JSONValue, _ payload: CityPayload) -> [UInt8] {
        [0x01] + SHA256.hash(payload.value).bytes
    }

    package static func recordKey(_ licence: String) -> [UInt8] {
        Array("record/\(licence)".utf8)
    }

    private func apply(
        _ record: JSONValue, in context: ExecutionContext
    ) throws(ExecutionError) {
        guard let field = record["licenceId"] else { return }
        guard let licence = field.string, !licence.isEmpty,
            licence.utf8.count <= Licences.identifierLimit
        else { throw .refusedRecord("licenceId is no licence number") }
        let (standing, status) = try Licences.standing(record)
        let moment = record["statusAsOf"]?.string ?? ""
        let key = Licences.recordKey(licence)
        if let kept = context.get(port, key).flatMap({ try? JSONParser.parse($0) }) {
            // Letters overtake each other: an older status changes nothing.
            if let newest = kept["statusAsOf"]?.string, moment < newest { return }
            let ended = Standing(status: kept["status"]?.string ?? "") == .ended
            if ended, standing != .ended {
                throw .refusedRecord("licence \(licence) has ended")
            }
        } else if standing == .suspended, record["action"] != nil {
            // A letter with an action is an order; one with a status alone only reports.
            throw .refusedRecord("licence \(licence) was never issued")
        }
        let value: JSONValue = [
            "licenceId": .string(licence), "status": .string(status), "statusAsOf": .string(moment),
            "issuer": record["issuer"] ?? .null,
        ]
        context.set(port, key, value.encoded)
    }

    /// Status and action must agree where a letter has both.
    private static func standing(
        _ record: JSONValue
    ) throws(ExecutionError) -> (Standing, String) {
        let status = record["status"]?.string
        let byStatus = status.flatMap { Standing(status: $0) }
        guard let action = record["action"]?.string else {
            guard let byStatus, let status else { throw .refusedRecord("status is unknown") }
            return (byStatus, status)
        }
        guard let byAction = Standing(action: action) else {
            throw .refusedRecord("action \(action) is unknown")
        }
        guard let status else { return (byAction, defaultStatus(byAction)) }
        guard byStatus == byAction else { throw .refusedRecord("status and action disagree") }
        return (byAction, status)
    }

    private static func defaultStatus(_ standing: Standing) -> String {
        switch standing {
        case .valid: "01 有效"
        case .suspended: "02 暂扣"
        case .ended: "07 吊销"
        }
    }
}
