// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Counts from any task.
final class CallCounter: Sendable {
    private let value = Locked(0)
    var count: Int { value.withLock { $0 } }
    @discardableResult
    func increment() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }
}

/// Lets handlers wait until a test says go on.
actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func wait() async {
        if isOpen { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting.removeAll()
    }
}
