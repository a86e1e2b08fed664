// SPDX-License-Identifier: Apache-2.0

import Glibc
import LightClient

/// What is sent on a route: mostly letters that are accepted, some that the other city refuses,
/// some that it acknowledges late, and licences among them.
struct ParcelMix {
    let count: Int
    private var number = 0

    init(count: Int) { self.count = count }

    /// Letters with an hour to go.
    mutating func next(from: City, to: City) -> [Parcel] {
        let deadline = UInt64(time(nil)) + 3_600
        return (0..<count).map { index in
            number += 1
            let expected: Parcel.End = index % 7 == 3 ? .refused : .acknowledged
            let isLate = expected == .acknowledged && index % 5 == 4
            return index % 3 == 2
                ? .licence(
                    from: from, to: to, number: number, expected: expected, isLate: isLate,
                    timeoutSeconds: deadline)
                : .fund(
                    from: from, to: to, number: number, person: number % 200, expected: expected,
                    isLate: isLate, timeoutSeconds: deadline)
        }
    }

    /// Letters that are accepted, with an hour to go.
    mutating func plain(from: City, to: City, count: Int) -> [Parcel] {
        let deadline = UInt64(time(nil)) + 3_600
        return (0..<count).map { _ in
            number += 1
            return .fund(
                from: from, to: to, number: number, person: number % 200, expected: .acknowledged,
                isLate: false, timeoutSeconds: deadline)
        }
    }

    /// Letters whose deadline passes before anybody can deliver them.
    mutating func doomed(from: City, to: City, seconds: UInt64) -> [Parcel] {
        let deadline = UInt64(time(nil)) + seconds
        return (0..<max(2, count / 4)).map { _ in
            number += 1
            return .fund(
                from: from, to: to, number: number, person: number % 200, expected: .timedOut,
                isLate: false, timeoutSeconds: deadline)
        }
    }

    /// A letter to a port at which nobody listens: its deadline ends it.
    mutating func poisoned(from: City, to: City, seconds: UInt64) -> Parcel {
        number += 1
        return .fund(
            from: from, to: to, number: number, person: number % 200, expected: .timedOut,
            isLate: false, timeoutSeconds: UInt64(time(nil)) + seconds,
            destinationPort: "pension")
    }
}
