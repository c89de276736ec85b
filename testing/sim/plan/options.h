/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIM_PLAN_OPTIONS_H
#define SIM_PLAN_OPTIONS_H

/*
 * The options that a seed may choose: one line each, and nothing else to do for a new one.
 *
 *   its name here, how many of 100 seeds have it, BOTH ends alike or EACH for itself,
 *   its number's range (for a %u), and what ipsec.conf then says
 *
 * Each line has random numbers of its own: a new line changes nothing for the others.
 */
#define SIM_CONN_OPTIONS(ROW)                                                      \
	ROW(PFS_NO,        50, BOTH,  0,   0, "pfs=no")                            \
	ROW(CLONES,        85, EACH,  1,   5, "clones=%u")                         \
	ROW(ENCAPSULATION, 20, BOTH,  0,   0, "encapsulation=yes")                 \
	ROW(LIFETIME,      30, BOTH, 20,  79, "ipsec-lifetime=%us")                \
	ROW(IKE_LIFETIME,  25, BOTH, 40, 170, "ikelifetime=%us")                   \
	ROW(MARGIN,        80, BOTH,  2,   6, "rekeymargin=%us")                   \
	ROW(MAX_PACKETS,   25, BOTH, 100, 499, "ipsec-max-packets=%u")             \
	ROW(FRAGMENTS,     40, EACH, 256, 655, "fragment-size=%u")                 \
	ROW(FRAGMENTS_NO,  10, EACH,  0,   0, "fragmentation=no")                  \
	ROW(CHILDLESS,     20, EACH,  0,   0, "childless=prefer")                  \
	ROW(DPD,           60, BOTH,  5,  30, "dpddelay=%us")                      \
	ROW(PPK,           40, EACH,  0,   0, "ppk=propose")                       \
	ROW(INTERMEDIATE,  10, EACH,  0,   0, "intermediate=yes")                  \
	ROW(ADDKE_IKE,     60, EACH,  0,   0,                                      \
	    "ike=aes_gcm256-sha2_256-dh31;addke1=dh19+none")                       \
	ROW(ADDKE_ESP,     30, BOTH,  0,   0, "esp=aes_gcm256-dh31;addke2=dh19")   \
	ROW(MOBIKE,        40, BOTH,  0,   0, "mobike=yes")                        \
	ROW(REAUTH,        20, EACH,  0,   0, "reauth=yes")                        \
	ROW(NARROWING,     40, EACH,  0,   0, "narrowing=yes")                     \
	/* said instead of a number of clones, where there is one */               \
	ROW(CLONES_YES,    25, EACH,  0,   0, "clones=yes")                        \
	ROW(CLONES_CPUS,   20, EACH,  0,   0, "clones=1-3")                        \
	ROW(ON_DEMAND,     35, EACH,  0,   0, "clone-mode=ondemand")               \
	ROW(CLONE_IDLE,    70, EACH,  5,  20, "clone-idle=%us")                    \
	ROW(CLONE_ACQUIRE, 30, EACH,  0,   0, "clone-acquire=yes")                 \
	ROW(CLONE_PORTS,   50, EACH,  0,   0, "clone-ports=spread")                \
	/* the next one above this line */

/* The same of `config setup`; here EACH host is for itself. */
#define SIM_SETUP_OPTIONS(ROW)                                                     \
	ROW(WINDOW,        60, EACH,  1,   4, "ike-window=%u")                     \
	/* the next one above this line */

/* What befalls a run, whatever its scenario (adversity/); the text is for people only. */
#define SIM_RUN_OPTIONS(ROW)                                                       \
	ROW(CUTS,          12, BOTH,  1,   4, "partitions=%u")                     \
	ROW(CUTS_ONE_WAY,  40, BOTH,  0,   0, "partitions-one-way")                \
	ROW(CLOCKS,        12, BOTH,  1,   6, "clocks-jump=%u")                    \
	ROW(ATTACKER,      10, BOTH,  1,  30, "attacker=%u%")                      \
	ROW(CPUS,          25, BOTH,  1,  40, "cpus-plugged=%u")                   \
	ROW(RESIZES,       15, BOTH,  1,   8, "other-clones=%u")                   \
	ROW(DELETES,       12, BOTH,  1,   6, "child-deletes=%u")                  \
	/* the next one above this line */

#define SIM_OPTION_ID(id, percent, whose, from, to, text) OPTION_##id,
enum sim_option {
	SIM_CONN_OPTIONS(SIM_OPTION_ID)
	SIM_CONN_OPTION_COUNT,
	SIM_OPTION_BEFORE_SETUP = SIM_CONN_OPTION_COUNT - 1,
	SIM_SETUP_OPTIONS(SIM_OPTION_ID)
	SIM_SETUP_OPTION_END,
	SIM_OPTION_BEFORE_RUN = SIM_SETUP_OPTION_END - 1,
	SIM_RUN_OPTIONS(SIM_OPTION_ID)
	SIM_OPTION_COUNT
};
#undef SIM_OPTION_ID

#endif
