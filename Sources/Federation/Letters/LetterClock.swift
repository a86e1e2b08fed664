// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// How many working days each step may take. The national procedure's own limits could not be
/// verified, so they are a city's setting; these are the ones in use there is evidence for.
public struct StepLimits: Hashable, Sendable {
    /// 01, OUT: accept the letter.
    public var accept = 3
    /// 02, OUT: review, close the account and remit.
    public var remit = 5
    /// 08 and 13, IN: credit the money, or close the failed letter.
    public var credit = 3
    /// 06, IN: end the negotiation.
    public var negotiate = 5

    public init() {}

    /// Nil once the letter has ended.
    public func workingDays(in state: LetterState) -> Int? {
        switch state {
        case .sent: accept
        case .accepted: remit
        case .informed, .rejected: credit
        case .negotiating: negotiate
        case .completed, .withdrawn, .completedAfterNegotiation, .failed: nil
        }
    }
}

/// The time a step has taken, in working days, without the days on which it was held.
public struct LetterClock: Hashable, Sendable {
    public internal(set) var started: Timestamp
    public internal(set) var pausedSince: Timestamp?
    /// Spans that do not count, oldest first. At most `LetterLimits.notes`, as holds are notes.
    public internal(set) var pauses: [Pause] = []
    /// The last working day after the limit that was told: 0 the limit's own day.
    public internal(set) var toldThrough: Int?

    public struct Pause: Hashable, Sendable {
        public let from: Timestamp
        public let to: Timestamp
    }

    public init(started: Timestamp) { self.started = started }

    public var isPaused: Bool { pausedSince != nil }

    mutating func pause(at now: Timestamp) {
        if pausedSince == nil { pausedSince = now }
    }

    mutating func resume(at now: Timestamp) {
        guard let since = pausedSince else { return }
        pausedSince = nil
        if now > since { pauses.append(Pause(from: since, to: now)) }
    }

    /// Working days since the step began, the day it began on not counted.
    public func workingDays(through now: Timestamp, in calendar: WorkingCalendar) -> Int {
        var days = calendar.workingDays(after: started, through: now)
        for pause in pauses {
            days -= calendar.workingDays(after: pause.from, through: pause.to)
        }
        if let since = pausedSince {
            days -= calendar.workingDays(after: since, through: now)
        }
        return max(0, days)
    }
}

extension Letter {
    /// Looks at the clock. On the last day of a step its side is chased, from the next working day
    /// on the letter is on the regulator's list. Says each day's word once, whoever looks and how
    /// often. Both sides keep this clock, so a letter cannot wait for nobody.
    public mutating func tick(
        now: Timestamp, calendar: WorkingCalendar, limits: StepLimits
    ) -> [LetterEffect] {
        guard let limit = limits.workingDays(in: state), let turn = state.turn, !clock.isPaused
        else { return [] }
        let late = clock.workingDays(through: now, in: calendar) - limit
        guard late >= 0, late > clock.toldThrough ?? -1 else { return [] }
        let isFirst = clock.toldThrough == nil
        clock.toldThrough = late
        var effects: [LetterEffect] = []
        if isFirst { effects.append(.chase(turn, state)) }
        if late > 0 { effects.append(.escalate(turn, state, workingDaysLate: late)) }
        return effects
    }

    /// The day the present step should end; nil when the letter has ended or its clock stands.
    public func dueDay(in calendar: WorkingCalendar, limits: StepLimits) -> CivilDate? {
        guard let limit = limits.workingDays(in: state), !clock.isPaused else { return nil }
        var paused = 0
        for pause in clock.pauses {
            paused += calendar.workingDays(after: pause.from, through: pause.to)
        }
        return calendar.day(limit + paused, workingDaysAfter: clock.started)
    }
}
