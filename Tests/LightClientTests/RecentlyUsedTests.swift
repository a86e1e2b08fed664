// SPDX-License-Identifier: Apache-2.0

import LightClient
import Testing

@Suite struct RecentlyUsedTests {
    @Test(arguments: [0, 1, 2, 3, 10, 101])
    func `never more than the capacity is kept`(capacity: Int) {
        var memory = RecentlyUsed<Int, Int>(capacity: capacity)
        for key in 0..<1_000 {
            memory.insert(key, for: key)
            // Something old is used now and then.
            _ = memory.value(for: key / 2)
            #expect(memory.count <= capacity)
        }
    }

    @Test func `what keeps being used stays, what is not used goes`() {
        var memory = RecentlyUsed<Int, String>(capacity: 10)
        memory.insert("kept", for: -1)
        memory.insert("dropped", for: -2)
        for key in 0..<100 {
            memory.insert("passing", for: key)
            let kept = memory.value(for: -1)
            #expect(kept == "kept")
        }
        let dropped = memory.value(for: -2)
        #expect(dropped == nil)
    }

    @Test func `a value is changed in place, in either generation`() {
        var memory = RecentlyUsed<Int, Int>(capacity: 4)
        memory.insert(0, for: 1)
        for other in 10..<12 {
            _ = memory.update(1) { $0 += 1 }
            memory.insert(0, for: other)
        }
        let last = memory.update(1) { value in
            value += 1
            return value
        }
        #expect(last == 3)
        let absent: Void? = memory.update(99) { $0 += 1 }
        #expect(absent == nil)
    }
}
