# SPDX-License-Identifier: GPL-2.0-or-later
# gnuplot -e 'table="FILE"; svg="FILE"' plot.gp: throughput by load and mode, and which CPU received.
set terminal svg size 900,700 dynamic font "sans,12"
set output svg
set datafile separator tab
set style data histograms
set style fill solid 0.8 border -1
set boxwidth 0.9
set grid ytics
set xtics rotate by -35 scale 0
set multiplot layout 2,1
set ylabel "Mbit/s"
set title "What the tunnel carries when all packets arrive at CPU 0 (medians)"
plot table using 3:xtic(stringcolumn(1)." ".stringcolumn(2)) notitle
set style histogram rowstacked
set ylabel "% of what was received"
set yrange [0:100]
set title "The CPU that decrypted"
set key outside right
plot for [i=4:7] table using i:xtic(stringcolumn(1)." ".stringcolumn(2)) title sprintf("CPU %d", i - 4)
