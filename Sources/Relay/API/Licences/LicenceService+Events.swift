// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore
import RelayTransport

/// Licences that are followed: what becomes of a move, or of another hall's act, as our chain shows
/// it. Each status that is told is a look, and has its entry in the access log before it goes.
extension LicenceService {
    /// Milliseconds between two looks: blocks come no faster, and each costs our node some reads.
    static let followMilliseconds = 1_000
    /// Looks until a reader hears that the line still stands.
    static let commentLooks = 20
    /// Longest life of a stream, nanoseconds: a clerk's wait. The reader comes again and asks anew.
    static let followNanoseconds: Int64 = 3_600_000_000_000

    /// One reader.
    private struct Follower: Sendable {
        let index: RecordIndex
        let asker: LicenceAsker
        let stream: EventStream
        let until: Timestamp
        /// What it was told last.
        var told: [UInt8]
        var looks = 0
    }

    /// `GET /v1/licences/{id}/events`.
    func events(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        do throws(DisclosureFailure) {
            let application = try ProofService.application(request)
            let index = try LicenceService.index(request)
            let asker = try LicenceAsker(request, application: application)
            read(index, asker, reply) { [self] licence in
                let view = LicenceView(index, licence.state, licence.move)
                guard let bytes = try? APIAnswer.encode(view) else {
                    return reply.finish(.internalFault("the licence cannot be written as JSON"))
                }
                guard let stream = reply.beginEvents() else { return }
                let follower = Follower(
                    index: index, asker: asker, stream: stream,
                    until: now().adding(nanoseconds: LicenceService.followNanoseconds),
                    told: bytes)
                tell(view, follower)
            }
        } catch {
            throw APIError(error)
        }
    }

    private func tell(_ view: LicenceView, _ follower: Follower) {
        follower.stream.send(view, event: "licence")
        guard view.status?.final != true else { return follower.stream.end() }
        later(follower)
    }

    private func later(_ follower: Follower) {
        guard follower.stream.isOpen else { return }
        guard now() < follower.until else { return follower.stream.end() }
        var follower = follower
        follower.looks += 1
        if follower.looks % LicenceService.commentLooks == 0 { follower.stream.sendComment() }
        let next = follower
        _ = loop.post { [weak self] in
            guard let self else { return next.stream.end() }
            loop.schedule(afterMilliseconds: LicenceService.followMilliseconds) { [weak self] in
                guard let self else { return next.stream.end() }
                look(next)
            }
        }
    }

    private func look(_ follower: Follower) {
        let isTaken = look(follower.index) { [self] found in
            // A node that does not answer now may do so at the next look.
            guard case .success(let licence) = found, licence.isThere else {
                return later(follower)
            }
            let view = LicenceView(follower.index, licence.state, licence.move)
            guard let bytes = try? APIAnswer.encode(view), bytes != follower.told else {
                return later(follower)
            }
            note(follower.index, licence, follower.asker) { [self] isNoted in
                // Without its entry nothing goes; who comes again is told why.
                guard isNoted else { return follower.stream.end() }
                var follower = follower
                follower.told = bytes
                tell(view, follower)
            }
        }
        if !isTaken { later(follower) }
    }
}
