// SPDX-License-Identifier: Apache-2.0

@testable import DeviceSimulator

extension [Double] {
    var mean: Double { reduce(0, +) / Double(count) }

    var variance: Double {
        let mean = mean
        return reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    }

    /// The autocorrelation at a distance.
    func correlation(at lag: Int) -> Double {
        let mean = mean
        let products = zip(self, dropFirst(lag)).map { ($0 - mean) * ($1 - mean) }
        return products.mean / variance
    }
}

extension Signal {
    /// Its values on a grid from 0 on.
    func values(
        step: Double = 1, count: Int, name: String = "a/b/signal", seed: UInt64 = 1,
        start: Double = Scenario.usualStart,
        shared: [String: Signal] = [:]
    ) -> [Double] {
        var bank = SignalBank(seed: seed, start: start)
        let compiled = bank.add(self, name: name, step: step, shared: shared)
        let world = World([])
        return (0..<count).map { bank.value(compiled, at: Double($0) * step, world: world) }
    }
}
