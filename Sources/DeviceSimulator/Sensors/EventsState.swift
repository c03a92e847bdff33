// SPDX-License-Identifier: Apache-2.0

/// Something that begins at random and lasts for a random time; what begins before the last has ended goes on together with it.
struct EventsState {
    private let height: Double
    private let length: Double
    private var begins: Occurrences
    private var lengths: RandomStream
    private var end = -Double.infinity

    /// - Parameters:
    ///   - perDay: how many begin in a day on average.
    ///   - length: how many seconds each lasts on average.
    ///   - height: the value meanwhile.
    ///   - name: the path of its random numbers.
    init(perDay: Double, length: Double, height: Double, seed: UInt64, name: String) {
        self.height = height
        self.length = max(0, length)
        begins = Occurrences(every: 86_400 / perDay, stream: RandomStream(seed: seed, name: name + "/begins"))
        lengths = RandomStream(seed: seed, name: name + "/lengths")
    }

    /// The value at a time that is not before that of the last call.
    mutating func value(at time: Double) -> Double {
        while begins.next <= time {
            end = max(end, begins.next + lengths.exponential(mean: length))
            begins.move()
        }
        return time < end ? height : 0
    }
}
