// Draws the charts of the proposal from the numbers beside them; drawn again whenever htmx puts a new one in.
"use strict";
(function () {
  var FONT = '"Noto Sans TC", "PingFang TC", "Microsoft JhengHei", "Noto Sans CJK TC", system-ui, sans-serif';
  var INK = "#1f2933", QUIET = "#66707a", LINE = "#dfe2dd", NOW = "#b9c0bb", ACCENT = "#14524a";
  var drawn = [];

  function whole(value) { return Math.round(value).toLocaleString("en-US"); }
  function short(value) {
    if (document.documentElement.lang !== "en") return value >= 1e4 ? (value / 1e4).toLocaleString("en-US", { maximumFractionDigits: 1 }) + "萬" : String(Math.round(value * 10) / 10);
    if (value >= 1e6) return (value / 1e6).toLocaleString("en-US", { maximumFractionDigits: 2 }) + "M";
    return value >= 1e3 ? (value / 1e3).toLocaleString("en-US", { maximumFractionDigits: 1 }) + "K" : String(Math.round(value));
  }
  function axis(more) {
    return Object.assign({ axisLabel: { color: QUIET, fontSize: 11 }, axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: LINE } } }, more);
  }
  function tip(more) {
    return Object.assign({ renderMode: "richText", backgroundColor: "#fff", borderColor: LINE, textStyle: { color: INK, fontSize: 12, fontFamily: FONT } }, more);
  }

  function change(data, words) {
    return {
      grid: { left: 8, right: 64, top: 34, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 12, textStyle: { color: INK } },
      tooltip: tip({ trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: whole }),
      xAxis: axis({ type: "value", splitNumber: 4, axisLabel: { color: QUIET, fontSize: 11, formatter: short, hideOverlap: true } }),
      yAxis: axis({ type: "category", inverse: true, data: data.names, axisLabel: { color: INK, fontSize: 12 }, splitLine: { show: false } }),
      series: [
        { name: words.current, type: "bar", data: data.current, barMaxWidth: 12, itemStyle: { color: NOW } },
        { name: words.proposed, type: "bar", data: data.proposed, barMaxWidth: 12, itemStyle: { color: ACCENT }, label: { show: true, position: "right", formatter: function (p) { return short(p.value); }, color: INK, fontSize: 11 } }
      ]
    };
  }

  function weeks(data) {
    return {
      grid: { left: 4, right: 8, top: 46, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, type: "plain", itemWidth: 12, itemHeight: 12, textStyle: { color: INK, fontSize: 11 } },
      tooltip: tip({ trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: whole }),
      xAxis: axis({ type: "category", data: data.weeks.starts.map(function (d) { return d.slice(5).replace("-", "/"); }), splitLine: { show: false } }),
      yAxis: axis({ type: "value", axisLabel: { color: QUIET, fontSize: 11, formatter: short } }),
      series: data.weeks.series.map(function (one) {
        return { name: one.name, type: "bar", stack: "all", data: one.spend, barMaxWidth: 30, itemStyle: { color: one.colour } };
      })
    };
  }

  function curves(data, words, width) {
    var across = width < 560 ? 1 : width < 860 ? 2 : 3, down = Math.ceil(data.curves.length / across);
    var option = { title: [], grid: [], xAxis: [], yAxis: [], series: [], tooltip: tip({ trigger: "axis", valueFormatter: whole }) };
    data.curves.forEach(function (one, i) {
      var left = (i % across) * 100 / across, top = Math.floor(i / across) * 100 / down, wide = 100 / across, high = 100 / down;
      option.title.push({ text: one.name + (one.assumed ? " ※" : ""), left: (left + 1) + "%", top: (top + 1) + "%", textStyle: { fontSize: 13, fontWeight: 600, color: INK, fontFamily: FONT } });
      option.grid.push({ left: (left + 5) + "%", top: (top + 9) + "%", width: (wide - 7.5) + "%", height: (high - 18) + "%" });
      option.xAxis.push(axis({ type: "value", gridIndex: i, min: 0, max: one.points[one.points.length - 1][0], splitNumber: 3, axisLabel: { color: QUIET, fontSize: 10, formatter: short, hideOverlap: true, showMaxLabel: false }, splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: NOW } } }));
      option.yAxis.push(axis({ type: "value", gridIndex: i, min: 0, splitNumber: 3, axisLabel: { color: QUIET, fontSize: 10, formatter: short } }));
      var own = { xAxisIndex: i, yAxisIndex: i, type: "line", showSymbol: false, silent: true, smooth: 0.2 };
      option.series.push(Object.assign({}, own, { stack: "range" + i, stackStrategy: "all", data: one.points.map(function (p) { return [p[0], p[2]]; }), lineStyle: { opacity: 0 }, tooltip: { show: false } }));
      option.series.push(Object.assign({}, own, { stack: "range" + i, stackStrategy: "all", data: one.points.map(function (p) { return [p[0], p[3] - p[2]]; }), lineStyle: { opacity: 0 }, areaStyle: { color: one.colour, opacity: 0.18 }, tooltip: { show: false } }));
      option.series.push(Object.assign({}, own, { silent: false, name: one.name, data: one.points.map(function (p) { return [p[0], p[1]]; }), lineStyle: { color: one.colour, width: 2.2 }, itemStyle: { color: one.colour } }));
      option.series.push({ type: "scatter", xAxisIndex: i, yAxisIndex: i, name: words.current, symbolSize: 9, data: [[one.now, at(one.points, one.now)]], itemStyle: { color: "#fff", borderColor: QUIET, borderWidth: 2 } });
      option.series.push({ type: "scatter", xAxisIndex: i, yAxisIndex: i, name: words.proposed, symbolSize: 11, data: [[one.then, at(one.points, one.then)]], itemStyle: { color: ACCENT, borderColor: "#fff", borderWidth: 1.5 } });
    });
    return option;
  }

  function frontier(data, words) {
    function line(name, column, more) {
      return Object.assign({ name: name, type: "line", showSymbol: false, data: data.points.map(function (p) { return [p[0], p[column]]; }) }, more);
    }
    return {
      grid: { left: 8, right: 8, top: 40, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 18, itemHeight: 10, textStyle: { color: INK } },
      tooltip: tip({ trigger: "axis", formatter: function (shown) {
        var p = data.points[shown[0].dataIndex];
        return [words.budget + " " + whole(p[0]), words.result + " " + whole(p[1]), words.marginal + " " + p[2].toFixed(2), words.gap + " " + p[3].toFixed(3) + "%"].join("\n");
      } }),
      xAxis: axis({ type: "value", min: data.points[0][0], max: data.points[data.points.length - 1][0], axisLabel: { color: QUIET, fontSize: 11, formatter: short, hideOverlap: true }, splitLine: { show: false } }),
      yAxis: [axis({ type: "value", scale: true, axisLabel: { color: QUIET, fontSize: 11, formatter: short } }), axis({ type: "value", min: 0, position: "right", splitLine: { show: false } })],
      series: [
        line(words.result, 1, { lineStyle: { color: ACCENT, width: 2.4 }, itemStyle: { color: ACCENT }, markLine: { symbol: "none", silent: true, label: { formatter: words.here, color: QUIET, position: "end", rotate: 0 }, lineStyle: { color: QUIET, type: "dashed" }, data: [{ xAxis: data.budget }] } }),
        line(words.marginal, 2, { yAxisIndex: 1, lineStyle: { color: "#d8a02c", width: 1.8 }, itemStyle: { color: "#d8a02c" } })
      ]
    };
  }

  function put(place, option) {
    var chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption(Object.assign({ animation: false, textStyle: { fontFamily: FONT } }, option));
    drawn.push(chart);
  }

  function at(points, spend) {
    for (var i = 1; i < points.length; i++) {
      if (points[i][0] >= spend) {
        var a = points[i - 1], b = points[i], share = b[0] === a[0] ? 0 : (spend - a[0]) / (b[0] - a[0]);
        return a[1] + share * (b[1] - a[1]);
      }
    }
    return points[points.length - 1][1];
  }

  function draw() {
    drawn.forEach(function (chart) { chart.dispose(); });
    drawn = [];
    document.querySelectorAll(".proposal").forEach(function (part) {
      var data = JSON.parse(part.querySelector(".chart-data").textContent), words = JSON.parse(part.querySelector(".chart-words").textContent);
      part.querySelectorAll("[data-chart]").forEach(function (place) {
        var option = { change: change, weeks: weeks, curves: curves }[place.dataset.chart](data, words, place.clientWidth);
        put(place, option);
      });
    });
    document.querySelectorAll(".frontier").forEach(function (part) {
      var place = part.querySelector("[data-frontier]");
      if (place) put(place, frontier(JSON.parse(part.querySelector(".frontier-data").textContent), JSON.parse(part.querySelector(".frontier-words").textContent)));
    });
    document.documentElement.dataset.charts = "drawn";
  }

  document.addEventListener("DOMContentLoaded", draw);
  document.addEventListener("htmx:after:settle", draw);
  var waiting;
  window.addEventListener("resize", function () { clearTimeout(waiting); waiting = setTimeout(draw, 150); });
})();
