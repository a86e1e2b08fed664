// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Why headers are fetched.
enum HeaderPurpose: Hashable, Sendable {
    case anchor
    /// Keeps our client, and the hosted one, from expiring.
    case refresh
    /// The hosted client needs this height, built on one that it has.
    case hosted(Height)
    /// The hosted client stands on this height, which our own client must learn first.
    case bridge(Height)
    /// Another member holds this header, and we hold none of its height.
    case crossCheck(HeldHeader, reporter: Int)
}

/// One transaction while it is prepared and until its outcome is known.
struct SubmissionPlan: Hashable, Sendable {
    let route: Int
    let sequence: UInt64
    let purpose: TransactionPurpose
    let items: [PacketID]
    /// Client updates before the first packet message; nil when a restart forgot it.
    let updateHeights: [Height]?
    let gasRaises: Int
}

enum JobKind: Hashable, Sendable {
    case packets(Stage)
    case fetchHeaders(HeaderPurpose)
    case submit(SubmissionPlan)
    case readAccount
    case reconcile(client: String)
    case report(RelayEngine.ReportKind)
}

struct Job: Hashable, Sendable {
    let kind: JobKind
    let route: Int
    /// Slots of the packets that it carries.
    let slots: [Int]
    let deadline: Int64
}

/// Work handed out and not answered yet. Job numbers begin at the clock, so that an answer meant
/// for the process before this one finds nothing.
struct JobBook: Sendable {
    private var jobs: [JobID: Job] = [:]
    private var order: PacketlessQueue = PacketlessQueue()
    private var next: UInt64
    /// By route and stage: jobs under way.
    private var running: [[Int]]

    init(routes: Int, now: Timestamp) {
        next = UInt64(max(now.unixNanoseconds, 1))
        running = Array(repeating: Array(repeating: 0, count: Stage.allCases.count), count: routes)
    }

    /// Makes room for one more route, behind the others.
    mutating func addRoute() {
        running.append(Array(repeating: 0, count: Stage.allCases.count))
    }

    func count(_ stage: Stage, route: Int) -> Int { running[route][stage.rawValue] }

    mutating func add(_ kind: JobKind, route: Int, slots: [Int] = [], deadline: Int64) -> JobID {
        let id = JobID(rawValue: next)
        next += 1
        jobs[id] = Job(kind: kind, route: route, slots: slots, deadline: deadline)
        order.append(id)
        if case .packets(let stage) = kind { running[route][stage.rawValue] += 1 }
        return id
    }

    func job(_ id: JobID) -> Job? { jobs[id] }

    /// Takes the job, once.
    mutating func finish(_ id: JobID) -> Job? {
        guard let job = jobs.removeValue(forKey: id) else { return nil }
        if case .packets(let stage) = job.kind { running[job.route][stage.rawValue] -= 1 }
        return job
    }

    /// Answers to these find nothing any more.
    mutating func dropHeaderFetches(route: Int) {
        jobs = jobs.filter { entry in
            if case .fetchHeaders = entry.value.kind, entry.value.route == route { return false }
            return true
        }
    }

    /// Deadlines ascend with the numbers, up to changes of the clock, which only delay.
    mutating func firstOverdue(now: Int64) -> JobID? {
        while let id = order.first {
            guard let job = jobs[id] else {
                order.removeFirst()
                continue
            }
            return job.deadline <= now ? id : nil
        }
        return nil
    }

    var nextDeadline: Int64? {
        guard let id = order.first else { return nil }
        return jobs[id]?.deadline ?? 0
    }
}

/// Job numbers in the order in which they were given.
private struct PacketlessQueue: Sendable {
    private var ids: [JobID] = []
    private var head = 0

    var first: JobID? { head < ids.count ? ids[head] : nil }

    mutating func append(_ id: JobID) { ids.append(id) }

    mutating func removeFirst() {
        head += 1
        if head > 64 && head * 2 > ids.count {
            ids.removeFirst(head)
            head = 0
        }
    }
}
